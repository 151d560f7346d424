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

// keepSpare writes the copy. It has its name when it is whole.
func (s *State) keepSpare(document []byte) error {
	path := filepath.Join(s.dir, spareName)
	sum := binary.LittleEndian.AppendUint32(nil, crc32.Checksum(document, castagnoli)) // as sealed has it
	if holds(path, document, sum) {
		return nil
	}
	beside, err := os.CreateTemp(s.dir, spareName+".*")
	if err != nil {
		return fmt.Errorf("keep spare: %w", err)
	}
	_, err = beside.Write(document)
	if err == nil {
		_, err = beside.Write(sum)
	}
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep spare: %w", err), os.Remove(beside.Name()))
	}
	return bolt.SyncDirectory(s.dir)
}

// holds reports whether a file holds these parts, and nothing else.
func holds(path string, parts ...[]byte) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	piece := make([]byte, 64<<10)
	for _, part := range parts {
		for len(part) > 0 {
			n, err := io.ReadFull(file, piece[:min(len(piece), len(part))])
			if err != nil || !bytes.Equal(piece[:n], part[:n]) {
				return false
			}
			part = part[n:]
		}
	}
	n, err := file.Read(piece)
	return n == 0 && errors.Is(err, io.EOF)
}
