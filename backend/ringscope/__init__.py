"""Ringscope: a fault-tolerant key-value store on an emulated network, to watch, break and grade."""

__version__ = "0.1.0"
