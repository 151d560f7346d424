package log

import (
	"encoding/binary"
	"sync"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// stream is what the log knows of one stream. Streams are numbered in the order
// in which they were first seen; a number is never given to another one.
type stream struct {
	id    tag.StreamID
	name  string
	next  uint64 // sequence of the next record
	start uint64 // the same, when the active segment began
	prior uint64 // the same, when the segment before it began; 0: not known
}

// directory is the table of all streams. The committer changes it; cursors
// read it concurrently.
type directory struct {
	mu        sync.RWMutex
	numbers   map[tag.StreamID]uint32
	streams   []stream
	unwritten int // streams from this number on are not in the active segment
}

func newDirectory() *directory { return &directory{numbers: map[tag.StreamID]uint32{}} }

// number returns the number of a stream and gives it one where it has none.
func (d *directory) number(id tag.StreamID, name string) uint32 {
	d.mu.RLock()
	n, ok := d.numbers[id]
	d.mu.RUnlock()
	if ok {
		return n
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n = uint32(len(d.streams))
	d.numbers[id] = n
	d.streams = append(d.streams, stream{id: id, name: name, next: 1, start: 1})
	return n
}

// at returns the stream of a number.
func (d *directory) at(n uint32) (stream, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if int(n) >= len(d.streams) {
		return stream{}, false
	}
	return d.streams[n], true
}

// advance enters the sequences that a commit has used.
func (d *directory) advance(next []sequence) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range next {
		d.streams[s.stream].next = max(d.streams[s.stream].next, s.next)
	}
	d.unwritten = len(d.streams)
}

// turn enters that a new segment has begun: of the same life of the log, or of
// a new one, in which sequences start again.
func (d *directory) turn(sameLife bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range d.streams {
		d.streams[i] = s.turned(sameLife)
	}
	d.unwritten = len(d.streams)
}

func (s stream) turned(sameLife bool) stream {
	s.prior, s.start = s.start, s.next
	if !sameLife {
		s.prior, s.start, s.next = 0, 1, 1
	}
	return s
}

// turned returns all streams as they are to stand in a new segment.
func (d *directory) turned(sameLife bool) []row {
	d.mu.RLock()
	defer d.mu.RUnlock()
	rows := make([]row, len(d.streams))
	for n, s := range d.streams {
		rows[n] = row{key: number(uint32(n)), value: appendStream(nil, s.turned(sameLife))}
	}
	return rows
}

// rows returns the streams from a number on, encoded as a segment keeps them.
func (d *directory) rows(from int) []row {
	d.mu.RLock()
	defer d.mu.RUnlock()
	rows := make([]row, 0, len(d.streams)-from)
	for n, s := range d.streams[from:] {
		rows = append(rows, row{key: number(uint32(from + n)), value: appendStream(nil, s)})
	}
	return rows
}

// load enters a stream as a segment has it.
func (d *directory) load(n uint32, src []byte) error {
	s, err := readStream(src)
	if err != nil {
		return err
	}
	if int(n) != len(d.streams) {
		return errDamaged
	}
	d.numbers[s.id] = n
	d.streams = append(d.streams, s)
	d.unwritten = len(d.streams)
	return nil
}

func appendStream(dst []byte, s stream) []byte {
	from := len(dst)
	dst = append(dst, s.id[:]...)
	dst = codec.AppendText(dst, s.name)
	dst = binary.AppendUvarint(dst, s.start)
	dst = binary.AppendUvarint(dst, s.prior)
	return appendChecksum(dst, from)
}

func readStream(src []byte) (stream, error) {
	body, err := checked(src)
	if err != nil {
		return stream{}, err
	}
	var s stream
	r := codec.NewReader(body)
	copy(s.id[:], r.Take(len(s.id)))
	s.name, s.start, s.prior = r.Text(), r.Uvarint(), r.Uvarint()
	s.next = s.start
	return s, r.Err()
}

// number is the key of something numbered.
func number(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// count returns how many streams there are.
func (d *directory) count() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.streams)
}
