package proof

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Received is what a far end has: identities, and the gaps that it was told.
type Received struct {
	Records uint64 // lines that name one, those that came again, too

	have   map[key]*set
	told   map[key]*set
	causes map[key][]cause
}

// key is a stream in one life of a log.
type key struct {
	site        string
	stream      tag.StreamID
	incarnation uint64
}

// cause says why a gap is one.
type cause struct {
	span
	text string
}

// line is one line of a receiver's file: what the sinks send, or as much of it.
type line struct {
	ID  string `json:"id"`
	Gap *struct {
		First string `json:"first"`
		Count uint64 `json:"count"`
		Cause string `json:"cause"`
	} `json:"gap"`
}

// maxLine bounds a line, in octets: a row with many fields.
const maxLine = 16 << 20

// ReadReceived reads what a receiver has kept: JSON lines, each with the id of a
// record, as the sinks send it, or with a gap. Lines without either, blank ones
// too, are passed over; a line that is no JSON, or names no record, is an error
// that tells its number. Order and repetition make no difference.
func ReadReceived(in io.Reader) (*Received, error) {
	r := &Received{have: map[key]*set{}, told: map[key]*set{}, causes: map[key][]cause{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := r.line(text); err != nil {
			return nil, fmt.Errorf("read what was received, line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read what was received: %w", err)
	}
	return r, nil
}

func (r *Received) line(text string) error {
	var l line
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return err
	}
	if l.ID != "" {
		k, sequence, err := parseIdentity(l.ID)
		if err != nil {
			return err
		}
		r.Records++
		at(r.have, k).add(sequence, sequence+1)
	}
	if l.Gap == nil {
		return nil
	}
	k, first, err := parseIdentity(l.Gap.First)
	if err != nil {
		return err
	}
	if first+l.Gap.Count < first {
		return fmt.Errorf("a gap of %d records from %s", l.Gap.Count, l.Gap.First)
	}
	at(r.told, k).add(first, first+l.Gap.Count)
	r.causes[k] = append(r.causes[k], cause{span{first, first + l.Gap.Count}, l.Gap.Cause})
	return nil
}

func at(sets map[key]*set, k key) *set {
	s := sets[k]
	if s == nil {
		s = &set{}
		sets[k] = s
	}
	return s
}

// parseIdentity reads the identity of a committed record.
func parseIdentity(text string) (key, uint64, error) {
	id, err := tag.ParseIdentity(text)
	if err == nil && (id.Sequence == 0 || id.Sequence == 1<<64-1) {
		err = fmt.Errorf("identity %q: sequences begin at 1", text)
	}
	return key{id.Site, id.Stream, id.Incarnation}, id.Sequence, err
}
