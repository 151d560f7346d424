package state

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sealed appends a checksum to a value.
func sealed(value []byte) []byte {
	return binary.LittleEndian.AppendUint32(append([]byte(nil), value...), crc32.Checksum(value, castagnoli))
}

// unsealed returns a copy of a value whose checksum holds.
func unsealed(stored []byte) ([]byte, error) {
	value, err := intact(stored)
	if err != nil {
		return nil, err
	}
	return append([]byte{}, value...), nil
}

// intact returns a value whose checksum holds, as a part of what is stored.
func intact(stored []byte) ([]byte, error) {
	n := len(stored) - crc32.Size
	if n < 0 || crc32.Checksum(stored[:n], castagnoli) != binary.LittleEndian.Uint32(stored[n:]) {
		return nil, fmt.Errorf("%w: checksum of a value", bolt.ErrCorrupt)
	}
	return stored[:n], nil
}
