#!/bin/sh
# Makes the files in this folder with ffmpeg 5.1: two tones, 440 Hz at -6 dB left and 1 kHz at -12 dB right, 441 samples
# at 44.1 kHz of what is lossless, 11,025 of what is not. Names are CONTAINER-CODEC.
set -e
tones() { # samples
    echo "aevalsrc=0.5*sin(2*PI*440*t)|0.25*sin(2*PI*1000*t):s=44100:d=1,atrim=end_sample=$1"
}
make() { # samples, codec, file, more options
    samples=$1 codec=$2 file=$3
    shift 3
    ffmpeg -v error -y -f lavfi -i "$(tones "$samples")" -fflags +bitexact -flags:a +bitexact -c:a "$codec" "$@" "$file"
}
for codec in u8 s16le s24le s32le f32le f64le alaw mulaw; do make 441 pcm_$codec wav-$codec.wav; done
for codec in adpcm_ms adpcm_ima_wav; do make 11025 $codec wav-$codec.wav; done
make 441 pcm_s24le w64-s24le.w64
for codec in s8 s16be s24be s32be f32be f64be alaw mulaw; do make 441 pcm_$codec aiff-$codec.aiff; done
make 441 pcm_s16le aiff-s16le.aiff
for codec in s16be s24be s32be f32be f64be s16le s24le s32le f32le f64le alaw mulaw; do
    make 441 pcm_$codec caf-$codec.caf
done
for codec in u8 s16be s24be s32be f32be f64be s16le s24le s32le f32le f64le; do make 441 pcm_$codec mov-$codec.mov; done
for codec in s16le s24le s32le f32le; do make 441 pcm_$codec mkv-$codec.mkv; done
make 441 flac mkv-flac.mkv
make 441 flac mp4-flac.mp4 -strict -2
make 441 flac flac.flac
make 441 flac ogg-flac.oga
make 441 alac mp4-alac.m4a
make 441 alac caf-alac.caf
make 11025 aac mp4-aac.m4a -b:a 192k
make 11025 aac adts-aac.aac -b:a 192k
make 11025 libmp3lame mp3.mp3 -b:a 64k
make 11025 libmp3lame mp4-mp3.mp4 -b:a 64k
make 11025 libvorbis ogg-vorbis.ogg -q:a 3
make 11025 libvorbis mkv-vorbis.mkv -q:a 3
make 11025 libopus ogg-opus.opus -b:a 96k
make 11025 libopus mkv-opus.webm -b:a 96k
make 11025 libopus mp4-opus.mp4 -b:a 96k
# Speech coding, one channel, a packet a page.
make 11025 libopus ogg-opus-mono.opus -b:a 24k -ac 1 -application voip -frame_duration 60 -page_duration 1
# What is not read.
make 441 wavpack not-read-wavpack.wv
make 11025 ac3 not-read-mp4-ac3.mp4 -b:a 96k
