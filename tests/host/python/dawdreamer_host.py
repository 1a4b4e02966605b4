"""The VST3 in DawDreamer (JUCE), which reads all separate outputs.

Usage: dawdreamer_host.py PLUGIN.vst3; exits with 1 and one line when something is wrong. Run it without DISPLAY.
"""

import sys

import dawdreamer
import numpy as np

RATE, BLOCK, SECONDS = 44_100, 512, 2


def check(condition, sentence):
    if not condition:
        sys.exit(f"DawDreamer: {sentence}")


def db(signal):
    return 10 * np.log10(max(np.mean(np.square(signal, dtype=np.float64)), 1e-30))


def parameter(plugin, name):
    return next(p["index"] for p in plugin.get_parameters_description() if p["name"] == name)


def render(path, signal, settings):
    """Output `[channel][sample]` and the reported latency."""
    engine = dawdreamer.RenderEngine(RATE, BLOCK)
    source = engine.make_playback_processor("source", signal)
    plugin = engine.make_plugin_processor("plugin", path)
    check(plugin.get_num_input_channels() == 2, f"{plugin.get_num_input_channels()} input channels")
    check(plugin.get_num_output_channels() == 18, f"{plugin.get_num_output_channels()} output channels")
    for name, value in settings.items():
        plugin.set_parameter(parameter(plugin, name), value)
    engine.load_graph([(source, []), (plugin, ["source"])])
    engine.render(SECONDS)
    return engine.get_audio("plugin"), plugin.get_latency_samples()


def main(path):
    t = np.arange(RATE * SECONDS) / RATE
    note = sum(np.sin(2 * np.pi * 110 * n * t) / n**2 for n in range(1, 7)) * 0.13
    # Noise without its low end, as of a hi-hat: differenced three times, it rises by 18 dB per octave.
    noise = np.diff(np.random.default_rng(1).standard_normal((2, len(t) + 3)), n=3) * 0.02
    mixture = (noise + note).astype(np.float32)

    played, latency = render(path, mixture, {})
    main_output, sources = played[:2], played[2:].reshape(8, 2, -1)
    check(0 < latency <= 4096, f"a latency of {latency} samples")
    frames = min(main_output.shape[1], mixture.shape[1]) - latency
    # DawDreamer may compensate the latency itself; either way unity comes back.
    error = min(
        db(main_output[:, shift : shift + frames] - mixture[:, :frames]) - db(mixture) for shift in (0, latency)
    )
    check(error < -100, f"unity is off by {error:.1f} dB")
    error = db(sources.sum(axis=0) - main_output) - db(main_output)
    check(error < -100, f"the separate outputs add up to the main output but for {error:.1f} dB")
    check(all(db(sources[i]) > -60 for i in (0, 1, 2)), "a source's output is silent")
    check(not sources[3:].any(), "outputs without a source are not silent")

    # The first preset is drums, bass and rest: what hisses is not on the bass's output.
    high = lambda signal: np.abs(np.fft.rfft(signal[0, RATE:])[8000:]).mean()
    check(high(sources[0]) > 4 * high(sources[1]), "the hiss is not on the drums' output")
    muted, _ = render(path, mixture, {"Bass mute": 1.0})
    check(db(muted[4:6]) < -100, "a muted source is heard on its own output")
    error = db(muted[:2] - muted[2:4] - muted[6:8]) - db(muted[:2])
    check(error < -100, f"without the bass the main output is drums and rest but for {error:.1f} dB")
    print("DawDreamer: ok")


main(sys.argv[1])
