"""What TensorBoard's plugins read from an event file: curves in one diagram, a text, the run's line in HPARAMS.

The plugins' own functions make the same, as a test compares, but load a stand-in for TensorFlow and what that can read
from, for longer than a small network trains. Here are messages alone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_STRING
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import metadata as custom_scalar
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.plugins.text import metadata as texts

HPARAMS = "hparams"
START, END = "_hparams_/session_start_info", "_hparams_/session_end_info"
EXPERIMENT = "_hparams_/experiment"
NOTHING = TensorProto(dtype=DT_FLOAT, tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=0)]))
"""The tensor of a value that is all in its metadata."""


def bytes_of(data: bytes) -> TensorProto:
    """A tensor of one string."""
    return TensorProto(dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=[data])


def text(tag: str, content: str) -> Summary.Value:
    """A text in Markdown, for the TEXT tab."""
    about = texts.create_summary_metadata(None, None)
    return Summary.Value(tag=tag, metadata=about, tensor=bytes_of(content.encode()))


def diagrams(curves: Mapping[str, Sequence[str]], title: str = "curves") -> Summary.Value:
    """Which curves are shown in one diagram, for the CUSTOM SCALARS tab: tags by the titles of the diagrams."""
    charts = [
        layout_pb2.Chart(title=name, multiline=layout_pb2.MultilineChartContent(tag=tags))
        for name, tags in curves.items()
    ]
    whole = layout_pb2.Layout(category=[layout_pb2.Category(title=title, chart=charts)])
    about = custom_scalar.create_summary_metadata()
    tensor = bytes_of(whole.SerializeToString())
    return Summary.Value(tag=custom_scalar.CONFIG_SUMMARY_TAG, metadata=about, tensor=tensor)


def session_start(values: Mapping[str, float | bool | str]) -> Summary.Value:
    """The beginning of a run that is a group of its own, with the keys by which HPARAMS compares it."""
    start = plugin_data_pb2.SessionStartInfo(group_name="", start_time_secs=time.time())
    for key, value in values.items():
        kind = "bool_value" if isinstance(value, bool) else "string_value" if isinstance(value, str) else "number_value"
        setattr(start.hparams[key], kind, value)
    return session(START, plugin_data_pb2.HParamsPluginData(session_start_info=start))


def session_end(success: bool) -> Summary.Value:
    """The end of a run, for HPARAMS."""
    status = api_pb2.STATUS_SUCCESS if success else api_pb2.STATUS_FAILURE
    end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
    return session(END, plugin_data_pb2.HParamsPluginData(session_end_info=end))


def session(tag: str, data: plugin_data_pb2.HParamsPluginData) -> Summary.Value:
    """A message of HPARAMS."""
    plugin = SummaryMetadata.PluginData(plugin_name=HPARAMS, content=data.SerializeToString())
    return Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin), tensor=NOTHING)
