package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// spareName is the file that holds the configuration that was confirmed last,
// sealed, beside the state: a node whose state is damaged still starts.
const spareName = "confirmed.spare"

// SpareOrigin is the origin of a generation that was taken from the spare.
const SpareOrigin = "spare copy of the confirmed configuration"

// Spare enters the configuration that was confirmed last as a generation again,
// running and confirmed, from the copy that is kept beside the state: for a node
// whose state cannot say any more what to run. It returns ErrNotFound where there
// is no copy that can be read.
func (s *State) Spare(at time.Time) (Generation, error) {
	stored, err := os.ReadFile(filepath.Join(s.dir, spareName))
	if err != nil {
		return Generation{}, errors.Join(ErrNotFound, err)
	}
	document, err := unsealed(stored)
	if err != nil {
		return Generation{}, errors.Join(ErrNotFound, fmt.Errorf("read %s: %w", spareName, err))
	}
	g, err := s.Accept(document, SpareOrigin, at)
	if err != nil {
		return Generation{}, err
	}
	return g, errors.Join(s.Run(g.Number), s.Confirm(g.Number))
}

// keepSpare writes the copy of a document in the file. It has its name when it is whole.
func (s *State) keepSpare(tx *bbolt.Tx, document []byte) error {
	path := filepath.Join(s.dir, spareName)
	if holds(path, tx, document) {
		return nil
	}
	beside, err := os.CreateTemp(s.dir, spareName+".*")
	if err != nil {
		return fmt.Errorf("keep spare: %w", err)
	}
	sum := uint32(0)
	err = bolt.Pieces(tx, document, func(piece []byte) error {
		sum = crc32.Update(sum, castagnoli, piece) // as sealed has it
		_, err := beside.Write(piece)
		return err
	})
	if err == nil {
		_, err = beside.Write(binary.LittleEndian.AppendUint32(nil, sum))
	}
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep spare: %w", err), os.Remove(beside.Name()))
	}
	return bolt.SyncDirectory(s.dir)
}

// holds reports whether a file is the spare of a document, and whole.
func holds(path string, tx *bbolt.Tx, document []byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	sum := uint32(0)
	err = bolt.Pieces(tx, document, func(piece []byte) error {
		sum = crc32.Update(sum, castagnoli, piece)
		return goesOn(file, piece)
	})
	if err == nil {
		err = goesOn(file, binary.LittleEndian.AppendUint32(nil, sum))
	}
	if err != nil {
		return false
	}
	n, err := file.Read(make([]byte, 1))
	return n == 0 && errors.Is(err, io.EOF)
}

// errOther says that a file is another.
var errOther = errors.New("another file")

// goesOn checks that these octets are the next ones of a file.
func goesOn(file io.Reader, octets []byte) error {
	room := make([]byte, 64<<10)
	for len(octets) > 0 {
		n, err := io.ReadFull(file, room[:min(len(room), len(octets))])
		if err != nil {
			return err
		}
		if !bytes.Equal(room[:n], octets[:n]) {
			return errOther
		}
		octets = octets[n:]
	}
	return nil
}
