# Random scripts come out alike in the model and in the interpreter of the system.
/usr/bin/python3 -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 14))' 2>/dev/null ||
    { echo 'skip: no /usr/bin/python3 of 3.8 ... 3.13'; exit 77; }
python3 "$TOP/tests/tools/differential.py" "$BUILD" --python /usr/bin/python3 \
    --scripts 150 --seed 1 --show 2 >out 2>&1 || cat out
