"""The version of this project: the command, the API and new artifacts report it."""

VERSION = "0.2.0"
