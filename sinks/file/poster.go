package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/tag"
)

// poster writes the files of one sink, one for each stream at a time.
type poster struct {
	options *Options
	logger  *slog.Logger

	mu     sync.Mutex
	parts  map[string]*part    // by stream
	names  map[[16]byte]string // of the streams seen, by UUID
	timer  *time.Timer         // of the next file to come of age
	closed bool
}

// Post puts the deliveries on the disk.
func (p *poster) Post(_ context.Context, ds []sinks.Delivery) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errors.New("the sink is closed")
	}
	for _, d := range ds {
		if err := p.put(d); err != nil {
			return err
		}
	}
	return nil
}

func (p *poster) put(d sinks.Delivery) error {
	if d.Gap != nil {
		return p.putGap(d.Gap)
	}
	schema := d.Batch.Schema()
	stream := schema.Name()
	p.names[schema.Stream()] = stream
	f, err := p.options.form(schema)
	if err != nil {
		return err
	}
	var lines []byte
	for row := range d.Batch.Len() {
		if lines, err = f.appendRow(lines, d.Batch, row); err != nil {
			return &sinks.Failure{Permanent: true, Err: fmt.Errorf("write a row of %s: %w", stream, err)}
		}
	}
	return p.append(stream, f.header(), lines)
}

// append adds lines to the file of a stream, and completes it where it is large
// enough.
func (p *poster) append(stream string, header, lines []byte) (err error) {
	current := p.parts[stream]
	if current != nil && (!bytes.Equal(current.first, header) || p.isOld(current)) {
		if err := p.complete(stream); err != nil {
			return err
		}
		current = nil
	}
	if current == nil {
		if current, err = begin(filepath.Join(p.options.Dir, stream), p.options.Format, header, time.Now()); err != nil {
			return fmt.Errorf("begin a file of %s: %w", stream, err)
		}
		p.parts[stream] = current
		p.schedule()
	}
	if err := current.append(lines); err != nil {
		return fmt.Errorf("write %s: %w", current.path, err)
	}
	if current.size < int64(p.options.RotateSize) {
		return nil
	}
	if err := p.complete(stream); err != nil { // what was written is safe: it is completed later
		p.logger.Warn("file not completed", "error", err)
	}
	return nil
}

// putGap writes a gap where the format has a place for it, or else beside.
func (p *poster) putGap(g *tag.Gap) error {
	stream, seen := p.names[g.First.Stream]
	if !seen {
		stream = g.First.Stream.String()
	}
	line := append(rowjson.AppendGap(nil, g, p.options.TimeFormat), '\n')
	if p.options.Format == jsonl && seen {
		return p.append(stream, nil, line)
	}
	dir := filepath.Join(p.options.Dir, stream)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "gaps.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	return errors.Join(err, f.Sync(), f.Close(), syncDirectory(dir))
}

// complete ends the file of a stream.
func (p *poster) complete(stream string) error {
	current := p.parts[stream]
	if err := p.options.complete(current); err != nil {
		return err
	}
	delete(p.parts, stream)
	return nil
}

func (p *poster) isOld(f *part) bool { return time.Since(f.begun) >= p.options.RotateAge }

// schedule has the files completed that come of age while nothing is written.
func (p *poster) schedule() {
	if p.timer != nil {
		p.timer.Stop()
	}
	next := p.options.RotateAge
	for _, f := range p.parts {
		next = min(next, max(p.options.RotateAge-time.Since(f.begun), time.Second))
	}
	p.timer = time.AfterFunc(next, p.age)
}

// age completes the files that are old.
func (p *poster) age() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	for stream, f := range p.parts {
		if !p.isOld(f) {
			continue
		}
		if err := p.complete(stream); err != nil {
			p.logger.Warn("file not completed", "error", err)
		}
	}
	p.schedule()
}

// resume finds what was being written. Half-made conversions go: their parts are
// still there.
func (p *poster) resume() error {
	return filepath.WalkDir(p.options.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ".tmp") {
			return os.Remove(path)
		}
		if !strings.HasSuffix(path, partSuffix) {
			return nil
		}
		return p.take(path)
	})
}

// take goes on with a part. A stream has one at a time, so an older one is
// completed, and so is one of another format.
func (p *poster) take(path string) error {
	found, err := reopen(path)
	if err != nil {
		return err
	}
	if found.format() != p.options.Format {
		return p.options.complete(found)
	}
	stream := filepath.Base(filepath.Dir(path))
	if p.parts[stream] != nil {
		if err := p.complete(stream); err != nil {
			return errors.Join(err, found.file.Close())
		}
	}
	p.parts[stream] = found
	p.schedule()
	return nil
}

// Close leaves the files as they are, for the next start to go on with.
func (p *poster) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.timer != nil {
		p.timer.Stop()
	}
	var failed error
	for _, f := range p.parts {
		failed = errors.Join(failed, f.file.Close())
	}
	return failed
}
