"""Rows of several files answer as one array."""

import numpy as np
import pytest
from activationdump import Rows

WHOLE = np.random.default_rng(1).normal(size=(23, 6, 5)).astype(np.float32)
CUTS = [0, 4, 5, 15, 23]


def rows(missing=()):
    pieces = [(a, b, None if a in missing else WHOLE[a:b]) for a, b in zip(CUTS, CUTS[1:])]
    return Rows(pieces, WHOLE.shape[1:], WHOLE.dtype)


INDICES = [
    np.s_[:], np.s_[...], np.s_[3], np.s_[-1], np.s_[4:16], np.s_[::3], np.s_[1::7], np.s_[::-1], np.s_[20:2:-4],
    np.s_[7:7], np.s_[30:], np.s_[-5:], np.s_[[5, 4, 4, 22, 0, -1]], np.s_[[]], np.arange(23) % 3 == 0,
    np.zeros(23, bool), np.array([[1, 20], [7, 7]]), np.s_[:, 2], np.s_[3:17, 1:4], np.s_[..., 1], np.s_[6, ..., 1],
    np.s_[:, [0, 5, 0]], np.s_[[1, 9, 22], [0, 5, 0]], np.s_[[1, 9, 22], 1:3], np.s_[[9, 1], :, [4, 0]],
    np.s_[:, 1, [0, 3]], np.s_[2:20:5, [1, 2], [3, 4]], np.s_[np.int64(16), 3, 2], np.s_[[3, 17], 2], np.s_[5:9, -1, 2],
    np.s_[[20, 3], 1, 1:3], np.s_[:, :, [True, False, True, False, True]],
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indices_are_numpys(index):
    expected, found = WHOLE[index], rows()[index]
    assert found.shape == expected.shape and found.dtype == expected.dtype and type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)


def test_random_slices():
    rng = np.random.default_rng(2)
    for _ in range(500):
        a, b = (int(x) for x in rng.integers(-30, 30, 2))
        step = int(rng.choice([-9, -3, -2, -1, 1, 2, 3, 5, 11]))
        np.testing.assert_array_equal(rows()[a:b:step, 1:3], WHOLE[a:b:step, 1:3])


def test_missing_rows_are_nan():
    values = rows(missing=[4, 15])
    expected = WHOLE.copy()
    expected[4:5] = expected[15:] = np.nan
    for index in INDICES:
        np.testing.assert_array_equal(values[index], expected[index])


@pytest.mark.parametrize("index", [23, -24, np.s_[0, 6], np.s_[[0, 23]], np.s_[:, :, :, 0], np.ones(22, bool),
                                   np.s_[None], np.s_[..., ...], np.s_[[0.5]]], ids=str)  # fmt: skip
def test_wrong_indices(index):
    with pytest.raises(IndexError):
        rows()[index]


def test_as_an_array():
    values = rows()
    assert (len(values), values.ndim, values.size, values.nbytes) == (23, 3, WHOLE.size, WHOLE.nbytes)
    np.testing.assert_array_equal(np.asarray(values), WHOLE)
    assert np.asarray(values, dtype=np.float64).dtype == np.float64
    np.testing.assert_allclose(np.mean(values, axis=0), WHOLE.mean(0), rtol=1e-5)


def test_only_what_is_asked_for_is_read(tmp_path):
    touched = []

    class Spy(np.ndarray):
        def __getitem__(self, key):
            touched.append(key)
            return np.asarray(self)[key]

    pieces = [(a, b, WHOLE[a:b].view(Spy)) for a, b in zip(CUTS, CUTS[1:])]
    values = Rows(pieces, WHOLE.shape[1:], WHOLE.dtype)
    values[6:8, 2]
    assert touched == [(slice(1, 3, 1), 2)]
