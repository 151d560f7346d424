package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/tag"
)

// Trace begins to follow the next record of a target.
func (n *Node) Trace(target console.TraceTarget, wait time.Duration) (console.Trace, error) {
	to, err := n.target(target)
	if err != nil {
		return console.Trace{}, err
	}
	t, err := n.tracer.Arm(to, n.plan().ahead(to), wait)
	return showTrace(t), err
}

// target finds what is to be followed.
func (n *Node) target(t console.TraceTarget) (trace.Target, error) {
	plan := n.plan()
	switch {
	case t.Device != "" || t.Tag != "":
		stream, ok := n.streamOf(t.Device, t.Tag)
		if !ok {
			return trace.Target{}, fmt.Errorf("no tag is called %s.%s", t.Device, t.Tag)
		}
		return trace.Target{Device: t.Device, Tag: t.Tag, Stream: stream}, nil
	case t.Rule != "":
		for _, r := range plan.rules {
			if r.Name == t.Rule {
				return trace.Target{Rule: t.Rule}, nil
			}
		}
		return trace.Target{}, fmt.Errorf("no rule is called %q", t.Rule)
	case t.Sink != "":
		for _, s := range plan.sinks {
			if s.Config.Name == t.Sink {
				return trace.Target{Sink: t.Sink}, nil
			}
		}
		return trace.Target{}, fmt.Errorf("no sink that has anything to deliver is called %q", t.Sink)
	case t.Stream != "":
		for _, s := range n.bus.Streams() {
			if s.Name() == t.Stream {
				return trace.Target{Stream: t.Stream}, nil
			}
		}
		return trace.Target{}, fmt.Errorf("no stream is called %q", t.Stream)
	}
	return trace.Target{}, trace.ErrTarget
}

// ahead names what a record of a target should come to.
func (p *plan) ahead(t trace.Target) (expected []trace.Expected) {
	if t.Sink != "" {
		return []trace.Expected{{Stage: trace.Acknowledged, Where: t.Sink}} // of the stream that comes first
	}
	streams := []string{t.Stream}
	if t.Rule != "" {
		expected = append(expected, trace.Expected{Stage: trace.RuleOut, Where: t.Rule, Stream: t.Rule})
		streams = []string{t.Rule}
	}
	for i := 0; i < len(streams); i++ {
		for _, name := range p.after(streams[i], &expected) {
			if !slices.Contains(streams, name) {
				streams = append(streams, name)
			}
		}
	}
	return expected
}

// after adds what a record of a stream should come to next, and returns the streams of the rules that read it.
func (p *plan) after(stream string, expected *[]trace.Expected) (streams []string) {
	if p.logged[stream] {
		*expected = append(*expected, trace.Expected{Stage: trace.Committed, Stream: stream})
	}
	for _, r := range p.rules {
		for _, in := range r.Inputs {
			if slices.Contains(in.Streams, stream) {
				*expected = append(*expected, trace.Expected{Stage: trace.RuleIn, Where: r.Name, Stream: stream},
					trace.Expected{Stage: trace.RuleOut, Where: r.Name, Stream: r.Name})
				streams = append(streams, r.Name)
				break
			}
		}
	}
	for _, s := range p.sinks {
		if slices.Contains(s.Streams, stream) {
			*expected = append(*expected, trace.Expected{Stage: trace.Acknowledged, Where: s.Config.Name, Stream: stream})
		}
	}
	return streams
}

// Traces lists the traces that are kept, the newest first.
func (n *Node) Traces() []console.Trace {
	var list []console.Trace
	for _, t := range n.tracer.List() {
		list = append(list, showTrace(t))
	}
	return list
}

// FindTrace returns a trace, and a channel that is closed when one goes on.
func (n *Node) FindTrace(id uint64) (t console.Trace, changed <-chan struct{}, ok bool) {
	found, changed, ok := n.tracer.Get(id)
	return showTrace(found), changed, ok
}

func showTrace(t trace.Trace) console.Trace {
	v := console.Trace{
		ID: t.ID, State: string(t.State), Started: t.Started.UTC(), Until: t.Until.UTC(), Missing: t.Missing, Hops: []console.Hop{},
		Target: console.TraceTarget{Device: t.Target.Device, Tag: t.Target.Tag, Stream: t.Target.Stream, Rule: t.Target.Rule, Sink: t.Target.Sink},
	}
	if t.Target.Tag != "" && t.Value.Kind() != tag.Absent {
		v.Value, v.Quality = tag.AppendJSON(nil, t.Value), t.Value.Quality().String()
	}
	for _, h := range t.Hops {
		hop := console.Hop{
			Stage: string(h.Stage), Time: h.At.UTC(), Follows: h.Follows, Stream: h.Stream, Where: h.Where, Sequence: h.Sequence, Note: h.Note,
			SinceSource: h.At.Sub(t.Hops[0].At),
		}
		if h.Follows >= 0 {
			hop.Since = h.At.Sub(t.Hops[h.Follows].At)
		}
		v.Hops = append(v.Hops, hop)
	}
	return v
}
