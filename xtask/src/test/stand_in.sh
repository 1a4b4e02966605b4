#!/bin/sh
# Stands for a C++ compiler whose system is not there: calls itself clang, and makes empty files.
case $1 in
-E) echo '"clang"' ;;
"-?") exit 1 ;;
esac
for word; do
    [ "$last" = -o ] && : >"$word"
    last=$word
done
