package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
)

// ErrCorrupt says that a file is damaged.
var ErrCorrupt = errors.New("corrupt file")

// The format of a bbolt file, version 2. All integers are in the order of the
// machine, which is little-endian on all that Holdfast runs on.
const (
	magic   = 0xED0CDAED
	version = 2

	headerSize  = 16 // of a page
	elementSize = 16 // of a leaf or a branch
	metaSize    = 64 // behind the header, the checksum last
	bucketSize  = 16 // of a bucket in the value of a leaf

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10

	bucketFlag = 0x01 // of a leaf element

	noFreelist = 1<<64 - 1
)

// header is what every page begins with.
type header struct {
	id       uint64
	flags    uint16
	count    uint16
	overflow uint32 // pages behind this one that belong to it
}

func readHeader(p []byte) header {
	return header{
		id: le64(p[0:]), flags: binary.LittleEndian.Uint16(p[8:]),
		count: binary.LittleEndian.Uint16(p[10:]), overflow: le32(p[12:]),
	}
}

// meta is where a file begins to be read. There are two, and the one of the
// later transaction counts, if its checksum holds.
type meta struct {
	pageSize int64
	root     uint64
	freelist uint64
	pages    uint64 // pages in use, from the first
	txid     uint64
}

func readMeta(p []byte) (meta, error) {
	if len(p) < headerSize+metaSize {
		return meta{}, fmt.Errorf("%w: it ends in a meta page", ErrCorrupt)
	}
	m := p[headerSize : headerSize+metaSize]
	if le32(m) != magic || le32(m[4:]) != version {
		return meta{}, fmt.Errorf("%w: no meta page of bbolt version %d", ErrCorrupt, version)
	}
	sum := fnv.New64a()
	sum.Write(m[:metaSize-8])
	if sum.Sum64() != le64(m[metaSize-8:]) {
		return meta{}, fmt.Errorf("%w: checksum of a meta page", ErrCorrupt)
	}
	return meta{
		pageSize: int64(le32(m[8:])), root: le64(m[16:]), freelist: le64(m[32:]),
		pages: le64(m[40:]), txid: le64(m[48:]),
	}, nil
}

func le32(p []byte) uint32 { return binary.LittleEndian.Uint32(p) }
func le64(p []byte) uint64 { return binary.LittleEndian.Uint64(p) }
