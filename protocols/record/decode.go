package record

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
)

// Read reads a recording. With ErrDamaged and ErrCutOff it returns what is intact of it; with ErrFormat, ErrVersion and
// what the reader says it returns nil.
func Read(r io.Reader) (*Recording, error) {
	in := bufio.NewReader(r)
	header, err := readHeader(in)
	if err != nil {
		return nil, err
	}
	recording := &Recording{Header: header}
	for size := 0; ; {
		f, err := readFrame(in)
		switch {
		case err != nil:
			return recording, fmt.Errorf("frame %d: %w", len(recording.Frames)+1, err)
		case f.Note == 0:
			err := recording.checkEnd(f)
			return recording, err
		}
		if size += len(f.Data) + frameHead; size > maxFile {
			return recording, fmt.Errorf("%w: more than %d bytes", ErrDamaged, maxFile)
		}
		recording.Frames = append(recording.Frames, f)
	}
}

// checkEnd holds the end against what was read.
func (r *Recording) checkEnd(end Frame) error {
	if len(end.Data) != 4 || int64(binary.BigEndian.Uint32(end.Data)) != int64(len(r.Frames)) {
		return fmt.Errorf("%w: it has %d frames, and says otherwise", ErrDamaged, len(r.Frames))
	}
	return nil
}

func readHeader(in io.Reader) (h Header, err error) {
	fixed := make([]byte, len(magic)+2+4)
	if _, err := io.ReadFull(in, fixed); err != nil || string(fixed[:len(magic)]) != magic {
		return h, foreign(err)
	}
	if v := binary.BigEndian.Uint16(fixed[len(magic):]); v != version {
		return h, fmt.Errorf("%w: %d, this program knows %d", ErrVersion, v, version)
	}
	length := binary.BigEndian.Uint32(fixed[len(magic)+2:])
	if length > maxHeader {
		return h, foreign(nil)
	}
	rest := make([]byte, length+4)
	if _, err := io.ReadFull(in, rest); err != nil {
		return h, foreign(err)
	}
	text := rest[:length]
	if crc32.Update(crc32.Checksum(fixed, castagnoli()), castagnoli(), text) != binary.BigEndian.Uint32(rest[length:]) {
		return h, fmt.Errorf("%w: its header's checksum is wrong", ErrFormat)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return h, nil
}

// foreign is the error of a file that does not begin as a recording does, or cannot be read.
func foreign(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrFormat
	}
	return err
}

func readFrame(in io.Reader) (Frame, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return Frame{}, ended(err)
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > maxFrame {
		return Frame{}, fmt.Errorf("%w: a frame of %d bytes", ErrDamaged, length)
	}
	rest := make([]byte, length+4)
	if _, err := io.ReadFull(in, rest); err != nil {
		return Frame{}, ended(err)
	}
	data := rest[:length]
	sum := crc32.Update(crc32.Checksum(head[:], castagnoli()), castagnoli(), data)
	f := Frame{At: time.Duration(binary.BigEndian.Uint64(head[5:])), Note: protocols.Note(head[4]), Data: data}
	if sum != binary.BigEndian.Uint32(rest[length:]) || f.Note != 0 && !known(f.Note) || f.At < 0 {
		return Frame{}, ErrDamaged
	}
	return f, nil
}

// ended is the error of a file that ends too early, or cannot be read.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutOff
	}
	return err
}
