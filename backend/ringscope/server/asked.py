"""What the REST interface is asked: queries and bodies, for checking and for the OpenAPI page."""

from flask_openapi3.models import RawModel
from pydantic import BaseModel, ConfigDict, Field

from ringscope.server.limits import SEED_MOST, STEP_MOST


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RunPath(BaseModel):
    """Names a run."""

    run: str = Field(description="id of the run")


class ScenarioPath(BaseModel):
    """Names a scenario."""

    name: str = Field(description="name of the scenario, without .conf")


class PlotPath(RunPath):
    """Names a plot of a run."""

    name: str = Field(description="traffic, members or copies")


class JobPath(BaseModel):
    """Names a grading."""

    job: str = Field(description="id of the grading")


class StartBody(_Strict):
    """Starts a run of a stored scenario, or of the text of a .conf."""

    scenario: str | None = Field(None, description="name of a stored scenario")
    text: str | None = Field(None, description="text of a .conf, instead of a stored scenario")
    name: str = Field("unnamed", max_length=64, description="what to call a run of a text")
    seed: int | None = Field(None, ge=0, le=SEED_MOST, description="replaces the scenario's own")
    speed: float = Field(20.0, description="ticks per second; 0: as fast as it goes")
    paused: bool = Field(False, description="wait at tick 0 for resume or step")


class ActionBody(_Strict):
    """Does something to a run in its next tick."""

    line: str = Field(max_length=20_000, description="timeline line without AT, e.g. FAIL 3")


class StepBody(_Strict):
    """Advances a paused run."""

    ticks: int = Field(1, ge=1, le=STEP_MOST)


class SpeedBody(_Strict):
    """Sets the speed of a run."""

    speed: float = Field(description="ticks per second; 0: as fast as it goes")


class TickQuery(_Strict):
    """Asks about a moment of a run."""

    tick: int | None = Field(None, ge=0, description="a tick so far; the live one if left out")


class EventsQuery(BaseModel):
    """Asks for the events of ticks ``from`` to ``to - 1``."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: int = Field(0, ge=0, alias="from")
    to: int | None = Field(None, ge=0, description="the live tick if left out")
    trace: bool = Field(True, description="with the events about single messages")


class UploadQuery(_Strict):
    """Names a scenario that is sent as plain text."""

    name: str | None = Field(None, max_length=70, description="needed with text/plain")


class GradeQuery(_Strict):
    """Says over which seeds to grade."""

    seed: int | None = Field(None, ge=0, le=SEED_MOST)
    seeds: str | None = Field(None, max_length=64, description="for example 1-200")


class Upload(RawModel):
    """A .conf: a file in multipart/form-data, plain text, or JSON with name and text."""

    mimetypes = ["multipart/form-data", "text/plain", "application/json"]  # noqa: RUF012
