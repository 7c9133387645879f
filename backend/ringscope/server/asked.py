"""What the REST interface is asked: queries and bodies, for checking and for the OpenAPI page."""

from typing import Annotated

import msgspec
from flask_openapi3.models import RawModel
from msgspec import Meta
from pydantic import BaseModel, ConfigDict, Field

from ringscope.server.limits import SEED_MOST, STEP_MOST

Seed = Annotated[int, Meta(ge=0, le=SEED_MOST)]
_SPEED = Meta(description="ticks per second; 0: as fast as it goes")


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


class LogGradingPath(BaseModel):
    """Names a grading of logs."""

    grading: str = Field(description="id of the grading")


class LogPath(BaseModel):
    """Names a log."""

    log: str = Field(description="id of its replay")


class LinesQuery(BaseModel):
    """Asks for the lines ``from`` to ``to``, counted from 1."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: int = Field(1, ge=1, le=2**53, alias="from")
    to: int = Field(ge=1, le=2**53)


class StartBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Starts a run of a stored scenario, or of the text of a .conf."""

    scenario: Annotated[str | None, Meta(description="name of a stored scenario")] = None
    text: Annotated[str | None, Meta(description="text of a .conf, instead of a stored one")] = None
    name: Annotated[str, Meta(max_length=64, description="what to call a run of a text")] = (
        "unnamed"
    )
    seed: Annotated[Seed | None, Meta(description="replaces the scenario's own")] = None
    speed: Annotated[float, _SPEED] = 20.0
    paused: Annotated[bool, Meta(description="wait at tick 0 for resume or step")] = False


class ActionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Does something to a run in its next tick."""

    line: Annotated[
        str, Meta(max_length=20_000, description="timeline line without AT, e.g. FAIL 3")
    ]


class StepBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Advances a paused run."""

    ticks: Annotated[int, Meta(ge=1, le=STEP_MOST)] = 1


class SpeedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sets the speed of a run."""

    speed: Annotated[float, _SPEED]


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


class LogUpload(RawModel):
    """Logs, or zips of them, as files in fields `log`; `conf`: name of the scenario of logs that
    do not say it; `rubric`: official, strict or both."""

    mimetypes = ["multipart/form-data"]  # noqa: RUF012
