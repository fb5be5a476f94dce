"""What watches a training: early stopping, checkpoints, files of the history, a progress bar."""

from .base import Callback
from .early_stopping import EarlyStopping
from .history_file import HistoryFile
from .model_checkpoint import ModelCheckpoint
from .progress import ProgressBar

__all__ = ["Callback", "EarlyStopping", "HistoryFile", "ModelCheckpoint", "ProgressBar"]
