package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history"
)

// session is what one query's tables share.
type session struct {
	ctx       context.Context //nolint:containedctx // SQLite calls back without one
	options   Options
	known     catalog.Catalog
	relations []relation
	span      span  // that has rows
	sums      int64 // where the tiers begin
	failure   error // of ours, which SQLite would cut down to a text
}

// span is a stretch of time, to not included.
type span struct{ from, to int64 }

// newSession gets ready the tables that a query names.
func newSession(o Options, known catalog.Catalog, t *text) (*session, error) {
	s := &session{options: o, known: known}
	all, err := o.Source.Span()
	if err != nil && !errors.Is(err, history.ErrEmpty) {
		return nil, err
	}
	s.span, s.sums = span{all.From, all.To}, all.Sums
	s.relations = relationsOf(known, t)
	return s, nil
}

// relationsOf returns the relations whose names stand in a query.
func relationsOf(known catalog.Catalog, t *text) (found []relation) {
	seen := map[string]bool{}
	for _, word := range t.names() {
		key := strings.ToLower(word)
		if seen[key] {
			continue
		}
		seen[key] = true
		if streams := known.Named(word); len(streams) > 0 {
			found = append(found, newWide(word, streams))
			continue
		}
		switch key {
		case "samples":
			found = append(found, samples{})
		case "buckets":
			found = append(found, buckets{})
		case "tags":
			found = append(found, tags{})
		}
	}
	return found
}

// create makes the tables of a session in a connection.
func (s *session) create(ctx context.Context, conn *sql.Conn, id int) error {
	for i, r := range s.relations {
		_, err := conn.ExecContext(ctx, fmt.Sprintf("CREATE VIRTUAL TABLE %s USING %s(%d, %d)", quoted(r.name()), moduleName, id, i))
		if err != nil {
			return err
		}
	}
	return nil
}

// quoted is a name as SQL has it whatever is in it.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// failed keeps the first failure.
func (s *session) failed(err error) error {
	if err != nil && s.failure == nil {
		s.failure = err
	}
	return err
}

// watermark returns the newest row of each stream that a relation shows.
func (s *session) watermark() map[string]int64 {
	marks := map[string]int64{}
	for _, r := range s.relations {
		streams := r.streams()
		if streams == nil {
			for i := range s.known.Streams {
				streams = append(streams, s.known.Streams[i].Name)
			}
		}
		for _, name := range streams {
			mark, err := s.options.Source.Scan(s.ctx, history.Query{Stream: name}, nil)
			if err == nil && mark.Newest != 0 {
				marks[name] = mark.Newest
			}
		}
	}
	return marks
}
