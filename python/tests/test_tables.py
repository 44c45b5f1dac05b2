"""pandas and xarray."""

import activationdump
import numpy as np
import pytest


def test_pandas(whole, shards):
    pytest.importorskip("pandas")
    for path in [whole, shards]:
        dump = activationdump.open(path)
        frame = dump["features.3.squeeze"].to_pandas()
        assert frame.shape == (11, 16) and frame.index.name == "row"
        np.testing.assert_array_equal(frame["features_3_squeeze__5"], dump.unit("features_3_squeeze__5"))
        both = dump.to_pandas("features.3.squeeze", "features.12.expand3x3")
        assert both.shape == (11, 16 + 256) and dump.to_pandas().shape == (11, 16 + 64 + 256)
        images = dump.images.to_pandas()
        assert images["path"].tolist() == dump.images.paths and images["label"].tolist() == [0] * 5 + [1] * 6


def test_xarray(whole, shards):
    pytest.importorskip("xarray")
    for path in [whole, shards]:
        dump = activationdump.open(path)
        array = dump["features.3.squeeze"].to_xarray()
        assert array.dims == ("image", "unit") and array.sizes == {"image": 11, "unit": 16}
        by_class = array.groupby("label").mean()
        expected = [dump["features.3.squeeze"][rows].mean(0) for rows in (slice(5), slice(5, 11))]
        np.testing.assert_allclose(by_class.values, expected, rtol=1e-5, atol=1e-7)
        data = dump.to_xarray("features.3.squeeze", "features.12.expand3x3")
        assert data["features_12_expand3x3"].dims == ("image", "unit_features_12_expand3x3")
