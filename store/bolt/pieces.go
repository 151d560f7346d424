package bolt

import (
	"os"
	"unsafe"

	"go.etcd.io/bbolt"
)

// pieceSize is how much of a large value is in the memory of this process at a time.
const pieceSize = 1 << 20

// Pieces hands a large value of a file to use, a piece of a megabyte at a time, and
// takes each out of the memory of this process behind it, as Unload does with a
// whole file. value is one that tx has returned, in whole or in part; one that
// tx is about to write lies elsewhere, and stays. The first error of use ends it.
func Pieces(tx *bbolt.Tx, value []byte, use func(piece []byte) error) error {
	for len(value) > 0 {
		n := min(len(value), pieceSize)
		err := use(value[:n])
		unloadWithin(tx, value[:n])
		if err != nil {
			return err
		}
		value = value[n:]
	}
	return nil
}

// unloadWithin takes the pages of a part of the map out of memory. What is not of
// the map is not touched: in memory of the heap, it would be lost.
func unloadWithin(tx *bbolt.Tx, part []byte) {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(part)))
	from := tx.DB().Info().Data
	if begin < from || begin+uintptr(len(part)) > from+uintptr(tx.Size()) {
		return
	}
	ahead := begin % uintptr(os.Getpagesize()) // which is larger than bbolt's on some machines
	unload(begin-ahead, len(part)+int(ahead))
}
