"""Settings of several sources: who has a say in what."""

from hypothesis import given
from hypothesis import strategies as st

from wswarm.cli.settings.layers import Setting, merged

NAMES = st.sampled_from(["rate", "duration", "connections", "stages", "text", "json", "message_file"])
SETTINGS = [Setting(number, "somewhere") for number in range(9)]
LAYERS = st.lists(st.dictionaries(NAMES, st.sampled_from(SETTINGS)), max_size=5)


@given(LAYERS)
def test_a_setting_is_that_of_the_first_layer_that_has_it(layers: list[dict[str, Setting]]) -> None:
    for name, setting in merged(layers).items():
        assert setting is next(layer[name] for layer in layers if name in layer)


@given(LAYERS)
def test_the_first_layer_is_taken_whole(layers: list[dict[str, Setting]]) -> None:
    assert layers == [] or merged(layers).items() >= layers[0].items()


@given(LAYERS)
def test_a_setting_is_left_out_only_where_a_layer_above_says_it_in_another_way(
    layers: list[dict[str, Setting]],
) -> None:
    found = merged(layers)
    for name in {name for layer in layers for name in layer} - set(found):
        assert name != "connections"
        assert set(found) & {"rate", "duration", "stages", "text", "json", "message_file"}


def test_a_message_on_the_command_line_takes_the_place_of_a_file_s() -> None:
    layers = [{"text": Setting("{marker}", "option")}, {"json": Setting("{}", "wswarm.toml")}]
    assert set(merged(layers)) == {"text"}


def test_a_rate_takes_the_place_of_stages_below_it() -> None:
    layers = [{"rate": Setting(5.0, "option")}, {"stages": Setting((), "plan.toml")}]
    assert set(merged(layers)) == {"rate"}
