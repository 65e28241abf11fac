"""The version of this wswarm; the package is built with it."""

VERSION = "0.1.0"
