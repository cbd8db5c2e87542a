import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from consentry.core.errors import SetupTrouble
from consentry.core.finding import Seen, Unavailable
from consentry.signals.exposure_onnx import OnnxDetector, prepare, read_recipe
from contracts.detector import DetectorContract
from contracts.pictures import flat, frame, noise

RECIPE = """
version = "mean classifier 1"
layout = "nchw"
order = "rgb"
width = 8
height = 4
scale = 255.0
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]
activation = "none"
[measures]
"exposure.explicit" = [0]
"exposure.minimal" = [1, 2]
"""


def model(path, shape=(1, 3, 4, 8), axes=(2, 3), scale=1.0):
    """A network whose outputs are the mean of each colour, times `scale`."""
    reduced = helper.make_node("ReduceMean", ["picture", "axes"], ["means"], keepdims=0)
    scaled = helper.make_node("Mul", ["means", "scale"], ["scores"])
    graph = helper.make_graph(
        [reduced, scaled],
        "means",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, (1, 3))],
        [
            helper.make_tensor("axes", TensorProto.INT64, (2,), axes),
            helper.make_tensor("scale", TensorProto.FLOAT, (1,), [scale]),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(made, path)
    return path


@pytest.fixture
def described(tmp_path):
    """Write a model and its description, with replacements in the latter; returns the model's path."""

    def write(*replacements, **more):
        recipe = RECIPE
        for old, new in replacements:
            assert old in recipe
            recipe = recipe.replace(old, new)
        (tmp_path / "weights.toml").write_text(recipe)
        return model(tmp_path / "weights.onnx", **more)

    return write


def colour(red, green, blue):
    return frame(np.full((10, 20, 3), (red, green, blue), np.uint8))


def scores(detector, *frames):
    return {finding.signal: round(finding.score, 3) for finding in detector.detect(frames)}


class TestOnnxDetector(DetectorContract):
    @pytest.fixture
    def detector(self, described):
        return OnnxDetector(described())

    @pytest.fixture
    def broken(self, described):
        detector = OnnxDetector(described())
        detector._session = None
        return detector


def test_each_measure_is_the_highest_of_its_outputs(described):
    detector = OnnxDetector(described())
    assert scores(detector, colour(51, 102, 204)) == {"exposure.explicit": 0.2, "exposure.minimal": 0.8}
    assert detector.detect([colour(0, 0, 0)])[0].version == "mean classifier 1"


def test_colours_may_be_wanted_the_other_way_round(described):
    detector = OnnxDetector(described(('order = "rgb"', 'order = "bgr"')))
    assert scores(detector, colour(51, 102, 204))["exposure.explicit"] == 0.8


def test_rows_and_columns_may_be_wanted_before_colours(described):
    path = described(('layout = "nchw"', 'layout = "nhwc"'), shape=(1, 4, 8, 3), axes=(1, 2))
    assert scores(OnnxDetector(path), colour(51, 102, 204)) == {
        "exposure.explicit": 0.2,
        "exposure.minimal": 0.8,
    }


def test_mean_and_deviation_are_taken_out(described):
    path = described(("mean = [0.0,", "mean = [0.1,"), ("std = [1.0,", "std = [0.5,"))
    assert scores(OnnxDetector(path), colour(51, 102, 204))["exposure.explicit"] == 0.2


def test_raw_outputs_become_probabilities(described):
    softmax = OnnxDetector(described(('"none"', '"softmax"'), scale=10.0))
    assert scores(softmax, colour(255, 0, 0))["exposure.explicit"] == 1.0
    sigmoid = OnnxDetector(described(('"none"', '"sigmoid"'), scale=10.0))
    assert scores(sigmoid, colour(0, 0, 0))["exposure.explicit"] == 0.5


def test_a_score_that_is_none_is_no_look_even_beside_a_sound_frame(described):
    detector = OnnxDetector(described(scale=1.5))
    (explicit, minimal) = detector.detect([colour(255, 0, 0), colour(0, 0, 0)])
    assert explicit == Unavailable("exposure.explicit", "no usable score")
    assert isinstance(minimal, Seen)


def test_threads_may_share_it(described):
    detector = OnnxDetector(described())
    values = range(0, 250, 25)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda v: detector.detect([flat(v)])[0].score, values))
    assert found == pytest.approx([v / 255 for v in values], abs=1e-3)


def test_a_picture_is_resized_to_what_the_model_wants(described):
    described()
    recipe = read_recipe(described().with_suffix(".toml"))
    assert prepare(noise(1), recipe).shape == (1, 3, 4, 8)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('layout = "nchw"', 'layout = "chw"'),
        ('order = "rgb"', 'order = "grb"'),
        ('activation = "none"', 'activation = "tanh"'),
        ("width = 8", "width = 0"),
        ("width = 8", "width = 99999"),
        ("height = 4", ""),
        ("std = [1.0, 1.0, 1.0]", "std = [1.0, 0.0, 1.0]"),
        ("mean = [0.0, 0.0, 0.0]", "mean = [0.0]"),
        ("scale = 255.0", "scale = 0.0"),
        ('"exposure.explicit" = [0]', '"exposure.explicit" = []'),
        ('"exposure.explicit" = [0]', '"exposure.explicit" = [-1]'),
        ('"exposure.explicit" = [0]', '"exposure.explicit" = ["first"]'),
        ("[measures]", "[other]"),
        ("[measures]", "[measures"),
        ('"exposure.explicit" = [0]', '"exposure.explicit" = [7]'),
        ("mean = [0.0, 0.0, 0.0]", "mean = [99.0, 0.0, 0.0]"),
        ("width = 8", "width = 9"),
    ],
)
def test_a_description_that_cannot_be_meant_stops_the_start(described, old, new):
    with pytest.raises(SetupTrouble):
        OnnxDetector(described((old, new)))


def test_a_model_without_a_description_stops_the_start(tmp_path):
    with pytest.raises(SetupTrouble, match="description"):
        OnnxDetector(model(tmp_path / "weights.onnx"))


def test_a_file_that_is_no_model_stops_the_start(described):
    path = described()
    path.write_bytes(b"not a model")
    with pytest.raises(SetupTrouble, match="cannot be loaded"):
        OnnxDetector(path)


def test_without_the_extra_the_operator_is_told_what_to_install(described, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SetupTrouble, match=r"consentry\[onnx\]"):
        OnnxDetector(described())
