"""The version of this package: that of the service whose answers it describes."""

VERSION = "0.2.0"
