package uplink

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Plant is what the cloud may ask of a node. All of it may be called concurrently.
type Plant interface {
	// Run carries out a command and returns when it is done, has failed, or ctx is done. It may have been begun where
	// the error does not wrap ErrRefused.
	Run(ctx context.Context, c Command) (Answer, error)
	// Answer answers a question: part is called with JSON lines, and blocks while the link is full.
	Answer(ctx context.Context, q *wire.Ask, part func([]byte) error) error
	// Reaches tells whether the site lets a tunnel lead to host:port.
	Reaches(address string) bool
	// Desired hands over what the cloud announces; its signature is for the plant to verify. It does not block.
	Desired(d *wire.Desired)
	// Resume returns what came of a command of KindUpgrade that the last process has begun, when that is known.
	Resume(ctx context.Context, key string) (Answer, error)
	// Confirmed says that the cloud sees a generation, or a version of the program, run. It does not block.
	Confirmed(c *wire.Confirmed)
	// Reported returns what the node runs.
	Reported() *wire.Reported
}

// Command is what the cloud wants done.
type Command struct {
	Key       string
	Kind      string // restart, stop, start, write …
	Target    string
	Arguments json.RawMessage
	By        string
}

// Answer is what came of a command beside that it is done.
type Answer struct {
	Detail string
	Data   json.RawMessage
}

// Documents is where the uplink keeps what must outlast the process; store/state has it. What a method has returned
// from is durable.
type Documents interface {
	// Documents returns the documents of a space by key.
	Documents(space string) (map[string][]byte, error)
	// Put keeps a document.
	Put(space, key string, document []byte) error
	// Remove forgets one.
	Remove(space, key string) error
}

// Env is what the uplink is given. All of it may be used concurrently.
type Env struct {
	Dir       string // of the credentials
	Version   string // of the program
	Platform  string // empty: the program is not changed from the cloud
	Boot      uint64
	Plant     Plant
	Documents Documents
	System    *supervisor.System
	Logger    *slog.Logger
	Now       func() time.Time
	Random    func() float64
	Dialer    link.Dialer   // nil: the machine's network
	Versions  link.Versions // zero: link.Spoken
	Status    *Status
}

func (e Env) versions() link.Versions {
	if e.Versions == (link.Versions{}) {
		return link.Spoken()
	}
	return e.Versions
}

// Paths of the actors.
const (
	ControlPath  = "/uplink/control"
	commandsPath = "/uplink/commands"
	tunnelsPath  = "/uplink/tunnels"
)
