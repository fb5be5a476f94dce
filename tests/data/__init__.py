"""Tests of the data sets, their files and the loaders."""
