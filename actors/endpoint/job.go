package endpoint

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/protocols"
)

// errSessionGone says that the connection ended before a job's turn came.
var errSessionGone = errors.New("the connection is down")

// job is work for a session: a *scanJob, *writeJob or *probeJob. A device puts
// it into the lanes and gets its end as a message; until then only the session
// touches what it points to.
type job interface{ owner() client }

// client is the device that a job belongs to: one incarnation of it, so that a
// later one does not take the answer for its own.
type client struct {
	pid *actor.PID
	who *device
}

func (c client) owner() client { return c }

// scanJob reads one group, a step at a time.
type scanJob struct {
	client
	group int
	plan  protocols.Plan
	row   protocols.Row
	step  int
}

// scanEnded answers a scanJob. The row is the device's again.
type scanEnded struct {
	who   *device
	group int
	at    int64 // when the last step's answer came, ns since the Unix epoch
	err   error
}

// writeJob carries out one command that has been accepted.
type writeJob struct {
	client
	point  protocols.Point
	report write.Report
	verify bool
	reply  *actor.PID // who asked; nil: nobody waits
}

// writeEnded answers a writeJob.
type writeEnded struct {
	who    *device
	report write.Report
	reply  *actor.PID
	err    error // the fault behind it, for the device's standing; nil where the device answered
}

// probeJob asks a device that does not answer whether it does again.
type probeJob struct {
	client
	device protocols.Device
}

// probeEnded answers a probeJob.
type probeEnded struct {
	who *device
	err error
}
