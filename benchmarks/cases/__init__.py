"""One small file a case; `registry.case` enters it into the list."""
