package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
)

// errStopped says that a device's actor is not running.
var errStopped = errors.New("the device is stopped")

// command gives a rule's command to its device. Nobody waits for the outcome,
// which the journal gets.
func (n *Node) command(c write.Command) {
	pid, ok := n.system.Lookup(n.plan().paths[c.Device])
	if !ok {
		n.journal.wrote(write.Report{Command: c}.End(write.Failed, time.Now(), errStopped))
		return
	}
	n.system.Actors().Root.Send(pid, &c)
}

// Write gives a command to its device and waits for the report.
func (n *Node) Write(ctx context.Context, c write.Command) (write.Report, error) {
	path, known := n.plan().paths[c.Device]
	if !known {
		return write.Report{}, fmt.Errorf("no device is called %q", c.Device)
	}
	pid, ok := n.system.Lookup(path)
	if !ok {
		return write.Report{Command: c}.End(write.Failed, time.Now(), errStopped), nil
	}
	wait := time.Minute
	if deadline, set := ctx.Deadline(); set {
		wait = time.Until(deadline)
	}
	answer, err := n.system.Actors().Root.RequestFuture(pid, &c, wait).Result()
	if err != nil {
		return write.Report{}, fmt.Errorf("write %s.%s: no report: %w", c.Device, c.Tag, err)
	}
	report, ok := answer.(*write.Report)
	if !ok {
		return write.Report{}, fmt.Errorf("write %s.%s: %v", c.Device, c.Tag, answer)
	}
	return *report, nil
}
