"""Numbers that outlive the program: state dicts, checkpoints, the course's weights.json.

    tinygrad_edu.save(model.state_dict(), "model.safetensors")
    model.load_state_dict(tinygrad_edu.load("model.safetensors"))

The files are safetensors, which PyTorch and others read and which cannot run code: nothing here
writes or reads a pickle. They appear whole or not at all, and what our own files hold is checked
against a sum, so that damage is noticed. To stop a training and to go on with it later as though
nothing had happened, see `save_checkpoint`.
"""

from .checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from .objects import load, save
from .weights_json import load_weights_json, save_weights_json

__all__ = [
    "Checkpoint",
    "load",
    "load_checkpoint",
    "load_weights_json",
    "save",
    "save_checkpoint",
    "save_weights_json",
]
