"""Digits as the way of a pen: for each, the styles that people write, each of one or more strokes.

A stroke is a list of points (x, y) in a box one unit tall, y downward; a curve is written as an arc
of an ellipse (centre, radii, from angle to angle in degrees; 0 is right, 90 is down).
"""

from __future__ import annotations

import numpy as np

Stroke = np.ndarray  # (points, 2)


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> list[list[float]]:
    angles = np.radians(np.linspace(start, end, max(3, int(abs(end - start) / 12))))
    return np.stack([cx + rx * np.cos(angles), cy + ry * np.sin(angles)], axis=1).tolist()


STYLES: dict[int, list[list[list[list[float]]]]] = {
    0: [
        [arc(0.35, 0.5, 0.33, 0.5, -90, 270)],
        [arc(0.3, 0.5, 0.24, 0.5, -70, 300)],
        [arc(0.4, 0.5, 0.4, 0.48, -120, -490)],
        [arc(0.45, 0.5, 0.45, 0.46, -60, -420)],
    ],
    1: [
        [[[0.2, 0], [0.2, 1]]],
        [[[0, 0.28], [0.28, 0], [0.28, 1]]],
        [[[0.02, 0.2], [0.28, 0], [0.28, 1]], [[0.02, 1], [0.54, 1]]],
        [[[0.3, 0], [0.18, 1]]],
        [[[0.05, 0.35], [0.35, 0], [0.32, 1]]],
    ],
    2: [
        [[*arc(0.3, 0.27, 0.28, 0.27, -170, 30), [0.02, 1], [0.62, 1]]],
        [[*arc(0.3, 0.25, 0.3, 0.25, -150, 40), [0.2, 0.78], [0, 0.98], [0.3, 0.94], [0.65, 1]]],
        [[[0.02, 0.08], [0.55, 0.02], [0.56, 0.2], [0.04, 0.98], [0.6, 0.96]]],
        [
            [
                *arc(0.32, 0.26, 0.28, 0.26, -165, 35),
                *arc(0.16, 0.84, 0.14, 0.12, 0, 250),
                [0.4, 0.92],
                [0.7, 0.98],
            ]
        ],
    ],
    3: [
        [[*arc(0.28, 0.25, 0.28, 0.25, -150, 80), *arc(0.28, 0.74, 0.32, 0.26, -85, 155)]],
        [[[0.02, 0.02], [0.55, 0.02], [0.24, 0.4], *arc(0.26, 0.7, 0.32, 0.3, -80, 150)]],
        [
            [
                *arc(0.3, 0.22, 0.24, 0.22, -160, 70),
                [0.2, 0.45],
                *arc(0.28, 0.72, 0.34, 0.28, -70, 165),
            ]
        ],
    ],
    4: [
        [[[0.12, 0], [0, 0.55], [0.6, 0.55]], [[0.45, 0.1], [0.45, 1]]],
        [[[0.45, 1], [0.45, 0], [0, 0.65], [0.65, 0.65]]],
        [[[0.42, 0.02], [0.02, 0.6], [0.6, 0.6]], [[0.44, 0.3], [0.42, 1]]],
        [[[0.05, 0.02], [0.06, 0.4], [0.2, 0.52], [0.5, 0.45]], [[0.52, 0], [0.5, 1]]],
        [[[0.5, 0.02], [0.02, 0.66], [0.7, 0.64]], [[0.5, 0.02], [0.5, 1]]],
    ],
    5: [
        [
            [[0.1, 0], [0.06, 0.42], *arc(0.24, 0.68, 0.32, 0.3, -110, 145)],
            [[0.1, 0], [0.55, 0]],
        ],
        [[[0.58, 0.02], [0.1, 0.02], [0.05, 0.44], *arc(0.25, 0.69, 0.32, 0.3, -115, 150)]],
        [
            [
                [0.6, 0.04],
                [0.2, 0.02],
                [0.1, 0.4],
                [0.35, 0.45],
                *arc(0.28, 0.72, 0.28, 0.27, -60, 140),
            ]
        ],
    ],
    6: [
        [[[0.5, 0], [0.15, 0.35], *arc(0.3, 0.7, 0.3, 0.3, 190, -175)]],
        [[*arc(0.55, 0.55, 0.52, 0.55, -95, -180), *arc(0.32, 0.72, 0.28, 0.27, 180, -190)]],
        [[[0.3, 0], [0.06, 0.5], *arc(0.28, 0.73, 0.26, 0.26, 180, -170)]],
    ],
    7: [
        [[[0, 0.02], [0.6, 0.02], [0.22, 1]]],
        [[[0, 0.02], [0.6, 0.02], [0.2, 1]], [[0.14, 0.5], [0.56, 0.48]]],
        [[[0.02, 0.15], [0.04, 0.03], [0.6, 0.05], [0.36, 0.45], [0.28, 1]]],
        [[[0.02, 0.06], [0.58, 0], [0.4, 0.4], [0.3, 1]]],
        [[[0, 0.14], [0.02, 0.02], [0.6, 0.02], [0.3, 0.98]], [[0.2, 0.5], [0.6, 0.5]]],
    ],
    8: [
        [arc(0.32, 0.24, 0.24, 0.24, -90, 270), arc(0.32, 0.74, 0.3, 0.26, -90, 270)],
        [
            [
                *arc(0.32, 0.24, 0.26, 0.24, -40, -230),
                [0.32, 0.48],
                *arc(0.32, 0.74, 0.3, 0.26, -50, 230),
                [0.32, 0.48],
                [0.54, 0.14],
            ]
        ],
        [
            [
                *arc(0.3, 0.25, 0.22, 0.23, 80, 440),
                *arc(0.3, 0.74, 0.26, 0.26, -95, 270),
            ]
        ],
    ],
    9: [
        [[*arc(0.28, 0.27, 0.27, 0.27, 0, -350), [0.55, 0.3], [0.5, 1]]],
        [
            [
                *arc(0.3, 0.28, 0.28, 0.28, -20, -370),
                [0.57, 0.6],
                *arc(0.28, 0.74, 0.28, 0.26, 0, 130),
            ]
        ],
        [[*arc(0.28, 0.28, 0.27, 0.28, 10, -345), [0.46, 0.62], [0.22, 1]]],
        [[*arc(0.3, 0.26, 0.28, 0.26, -10, -360), [0.58, 0.1], [0.57, 1]]],
    ],
}


def written(digit: int, style: int, rng: np.random.Generator) -> list[Stroke]:
    """The strokes of one digit by an unsteady hand: stretched, slanted, each point a little off."""
    strokes = [np.array(points) for points in STYLES[digit][style]]
    wide, slant = rng.uniform(0.8, 1.25), rng.uniform(-0.08, 0.16)
    return [
        _by_hand(np.stack([wide * x - slant * y, y], axis=1), rng)
        for x, y in (points.T for points in strokes)
    ]


def _by_hand(points: np.ndarray, rng: np.random.Generator) -> Stroke:
    """Points close to each other along the way, which wavers slowly by about a fiftieth."""
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, steps[-1], max(8, int(steps[-1] * 40)))
    way = np.stack([np.interp(at, steps, points[:, axis]) for axis in (0, 1)], axis=1)
    knots = rng.normal(0, 0.018, (max(3, len(at) // 12), 2))
    places = np.linspace(0, at[-1], len(knots))
    return way + np.stack([np.interp(at, places, knots[:, axis]) for axis in (0, 1)], axis=1)
