"""placeholder"""
class NumPyProtocol:
    __slots__ = ()
