package uplink

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// ErrRefused says of a command that it was not begun.
var ErrRefused = errors.New("refused")

const (
	journalSpace = "uplink/commands"
	linkSpace    = "uplink/link"
)

// mostSettled is how many outcomes that the cloud has are kept, so that a key that comes again is known.
const mostSettled = 1000

// entry is one command in the journal.
type entry struct {
	Key     string `json:"key"`
	Order   uint64 `json:"order"`
	Kind    string `json:"kind"`
	Target  string `json:"target"`
	Begun   int64  `json:"begun"`
	Settled bool   `json:"settled,omitempty"` // the cloud has the outcome

	// Result is unspecified while the command runs, or has not been heard of since.
	Result wire.Result     `json:"result,omitempty"`
	Detail string          `json:"detail,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
	Ended  int64           `json:"ended,omitempty"`
}

func (e entry) outcome(repeated bool) *wire.Outcome {
	return &wire.Outcome{
		Key: e.Key, Result: e.Result, Detail: e.Detail, Data: e.Data, Begun: e.Begun, Ended: e.Ended, Repeated: repeated,
	}
}

// journal is the commands that a node was told: the intent is on the disk before a command begins, the outcome before
// anybody hears of it. It is for one goroutine.
//
//	begin ──▶ intent ──finish──▶ outcome ──settle──▶ kept for a while, to know the key by
//	             │ the process dies
//	             └──▶ unknown
type journal struct {
	documents Documents
	now       func() time.Time
	entries   map[string]entry
	order     uint64
}

// openJournal reads the journal. What was begun and has no outcome is unknown from here on, but for the restart of the
// node itself, which this start is the outcome of, and for upgrades, which go on.
func openJournal(documents Documents, now func() time.Time) (*journal, error) {
	kept, err := documents.Documents(journalSpace)
	if err != nil {
		return nil, fmt.Errorf("read the journal of commands: %w", err)
	}
	j := &journal{documents: documents, now: now, entries: map[string]entry{}}
	for key, text := range kept {
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("read command %s in the journal: %w", link.Cut(key), err)
		}
		j.entries[key] = e
		j.order = max(j.order, e.Order)
	}
	for _, e := range j.entries {
		if e.Result != wire.Result_RESULT_UNSPECIFIED || e.Kind == KindUpgrade {
			continue
		}
		result, detail := wire.Result_RESULT_UNKNOWN, "the node stopped while it ran"
		if e.Kind == KindRestart && e.Target == "/" {
			result, detail = wire.Result_RESULT_DONE, "the node has started again"
		}
		if _, err := j.finish(e.Key, result, detail, nil); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// Kinds of commands that the journal knows: one that restarts an actor, or with the target / the node; and one that has the
// node run another version of its program, which outlasts the process that it begins in.
const (
	KindRestart = "restart"
	KindUpgrade = "upgrade"
)

// begun returns the upgrades that an earlier process has begun, and that have no outcome yet.
func (j *journal) begun() []entry {
	return j.sorted(func(e entry) bool { return e.Kind == KindUpgrade && e.Result == wire.Result_RESULT_UNSPECIFIED })
}

// begin enters the intent. Where the key is known, it does not, and the outcome is what came of it; nil while it runs.
func (j *journal) begin(c *wire.Command) (run bool, known *wire.Outcome, err error) {
	if e, ok := j.entries[c.GetKey()]; ok {
		if e.Result == wire.Result_RESULT_UNSPECIFIED {
			return false, nil, nil
		}
		return false, e.outcome(true), nil
	}
	j.order++
	e := entry{Key: c.GetKey(), Order: j.order, Kind: c.GetKind(), Target: c.GetTarget(), Begun: j.now().UnixNano()}
	return true, nil, j.put(e)
}

// refuse enters that a command was not begun, so that it never will be.
func (j *journal) refuse(c *wire.Command, reason string) (*wire.Outcome, error) {
	j.order++
	e := entry{Key: c.GetKey(), Order: j.order, Kind: c.GetKind(), Target: c.GetTarget(), Result: wire.Result_RESULT_REFUSED, Detail: reason, Ended: j.now().UnixNano()}
	return e.outcome(false), j.put(e)
}

// finish enters the outcome.
func (j *journal) finish(key string, result wire.Result, detail string, data []byte) (*wire.Outcome, error) {
	e, ok := j.entries[key]
	if !ok {
		return nil, fmt.Errorf("finish command %s: it was never begun", key)
	}
	e.Result, e.Detail, e.Data, e.Ended = result, link.Cut(detail), data, j.now().UnixNano()
	return e.outcome(false), j.put(e)
}

// settle remembers that the cloud has outcomes, and forgets the oldest of those beyond mostSettled.
func (j *journal) settle(keys []string) error {
	var errs []error
	for _, key := range keys {
		if e, ok := j.entries[key]; ok && !e.Settled && e.Result != wire.Result_RESULT_UNSPECIFIED {
			e.Settled = true
			errs = append(errs, j.put(e))
		}
	}
	return errors.Join(append(errs, j.trim())...)
}

func (j *journal) trim() error {
	if len(j.entries) <= mostSettled {
		return nil
	}
	list := j.sorted(func(e entry) bool { return e.Settled })
	for _, e := range list[:max(0, len(list)-mostSettled)] {
		if err := j.documents.Remove(journalSpace, e.Key); err != nil {
			return err
		}
		delete(j.entries, e.Key)
	}
	return nil
}

// open returns the outcomes that the cloud may not have.
func (j *journal) open() (outcomes []*wire.Outcome) {
	for _, e := range j.sorted(func(e entry) bool { return !e.Settled && e.Result != wire.Result_RESULT_UNSPECIFIED }) {
		outcomes = append(outcomes, e.outcome(false))
	}
	return outcomes
}

func (j *journal) sorted(which func(entry) bool) (list []entry) {
	for _, e := range j.entries {
		if which(e) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.Order, b.Order) })
	return list
}

func (j *journal) put(e entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write command %s into the journal: %w", e.Key, err)
	}
	if err := j.documents.Put(journalSpace, e.Key, text); err != nil {
		return fmt.Errorf("write command %s into the journal: %w", e.Key, err)
	}
	j.entries[e.Key] = e
	return nil
}
