"""The VST3 in pedalboard (JUCE), which switches the separate outputs off and trims its output by the reported latency.

Usage: pedalboard_host.py PLUGIN.vst3; exits with 1 and one line when something is wrong.
"""

import sys

import numpy as np
import pedalboard

RATE = 44_100


def check(condition, sentence):
    if not condition:
        sys.exit(f"pedalboard: {sentence}")


def db(signal):
    return 10 * np.log10(max(np.mean(np.square(signal, dtype=np.float64)), 1e-30))


def hits(seconds):
    """Bursts of noise, four a second, without their low end: differenced three times, noise rises by 18 dB per octave."""
    noise = np.random.default_rng(2).standard_normal((2, int(RATE * seconds))) * 0.1
    decay = np.exp(-30 * (np.arange(noise.shape[1]) / RATE % 0.25))
    return (np.diff(noise * decay, n=3) / 8).astype(np.float32)


def main(path):
    plugin = pedalboard.load_plugin(path)
    check(plugin.is_effect and plugin.name == "Unbraid", f"it is {plugin.name}")
    noise = (np.random.default_rng(1).standard_normal((2, RATE)) * 0.1).astype(np.float32)

    # Unity comes back, aligned by the latency that the plugin reports, in blocks of any size.
    for block in (37, 512, 8192):
        played = plugin(noise, RATE, buffer_size=block, reset=True)
        check(played.shape == noise.shape, f"{noise.shape} became {played.shape}")
        error = db(played - noise) - db(noise)
        check(error < -100, f"unity in blocks of {block} is off by {error:.1f} dB")

    # The first preset is drums, bass and rest: without them nothing is left.
    plugin.drums_mute = plugin.bass_mute = plugin.rest_mute = True
    silent = db(plugin(noise, RATE, reset=True)[:, RATE // 2 :])
    plugin.rest_mute = False
    rest = db(plugin(noise, RATE, reset=True)[:, RATE // 2 :]) - db(noise)
    check(silent < -100 and -60 < rest < 0, f"without all sources {silent:.1f} dB, the rest alone {rest:.1f} dB")
    # Hits belong to the drums.
    cymbal = hits(3.0)
    plugin.drums_mute, plugin.bass_mute = False, True
    kept = db(plugin(cymbal, RATE, reset=True)[:, RATE // 2 :]) - db(cymbal[:, RATE // 2 :])
    plugin.drums_mute, plugin.bass_mute = True, False
    lost = db(plugin(cymbal, RATE, reset=True)[:, RATE // 2 :]) - db(cymbal[:, RATE // 2 :])
    check(kept > -3 and lost < -12, f"hits without bass {kept:.1f} dB, without drums {lost:.1f} dB")
    plugin.drums_mute = False

    # What is set while nothing plays is saved, and plays from the first block.
    silent_one, silent_other = pedalboard.load_plugin(path), pedalboard.load_plugin(path)
    silent_one.drums_gain, silent_one.bass_mute = -12.0, True
    silent_other.raw_state = silent_one.raw_state
    kept = silent_other.drums_gain, silent_other.bass_mute
    check(kept == (-12.0, True), f"a gain of -12 and a mute became {kept}")
    silent_one.mode = "Direct"
    first, second = silent_one(noise, RATE), silent_one(noise, RATE)
    check(np.array_equal(first, second), "the first render after a change of the mode is not like the second")

    # Numbers and choices as people write them.
    for name, text, expected in (("drums_gain", "-6,5 dB", "-6.5"), ("focus", "2,25", "2.25"), ("mode", "quality", "Quality")):
        parameter = plugin.parameters[name]
        said = parameter.get_text_for_raw_value(parameter.get_raw_value_for_text(text))
        check(said.startswith(expected), f"{text!r} became {said!r}")

    # State comes back.
    plugin.drums_gain, plugin.focus = -12.0, 2.0
    plugin(noise[:, :512], RATE, reset=True)
    state, before = plugin.raw_state, {name: parameter.raw_value for name, parameter in plugin.parameters.items()}
    plugin.drums_gain, plugin.focus, plugin.bass_mute = 3.0, 1.0, False
    plugin(noise[:, :512], RATE, reset=True)
    plugin.raw_state = state
    after = {name: parameter.raw_value for name, parameter in plugin.parameters.items()}
    wrong = [name for name in before if abs(before[name] - after[name]) > 1e-5]
    check(not wrong, f"these parameters did not come back: {wrong}")
    print("pedalboard: ok")


main(sys.argv[1])
