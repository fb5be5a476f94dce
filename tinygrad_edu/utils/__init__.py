"""The places where PyTorch keeps its tools; `utils.data` is `tinygrad_edu.data`."""
