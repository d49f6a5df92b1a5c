# The folder of the sources after `make`, and a PATH that does not know it.
mkdir build
cp --no-dereference "$(command -v gatehouse)" build/
PATH=/usr/local/bin:/usr/bin:/bin
if command -v gatehouse; then exit 1; fi
