package rule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Evaluators are the evaluators of a node's streams: one for each stream that
// rules share, which comes with the first of them and goes with the last. It may
// be used concurrently.
type Evaluators struct {
	env Env

	mu     sync.Mutex
	byName map[string]*desk // by source
	desks  []*desk
	serial int
	orders []order
	wake   chan struct{} // holds a token when there are orders
}

// order is an evaluator that is to come or to go.
type order struct {
	desk *desk
	ends bool
}

// evaluatorsName is that of the parent of the evaluators, below the node.
const evaluatorsName = "evaluators"

// NewEvaluators returns evaluators without streams.
func NewEvaluators(env Env) *Evaluators {
	return &Evaluators{env: env, byName: map[string]*desk{}, wake: make(chan struct{}, 1)}
}

// Spec returns the parent of the evaluators as a child of the node. It is to be
// started before the rules, and stopped after them.
func (e *Evaluators) Spec() supervisor.Spec {
	return supervisor.Spec{Name: evaluatorsName, Kind: "group", New: func() actor.Actor { return nursery{e} }}
}

// join seats a rule at the desk of a source, which is made where there is none.
func (e *Evaluators) join(source string, input broker.Input, s *seat) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d := e.byName[source]
	if d == nil || !d.input.Same(input) {
		d = e.open(source, input, d != nil)
	}
	s.desk = d
	d.join(s)
}

// open makes a desk. One of the former configuration goes on for those who are
// still there.
func (e *Evaluators) open(source string, input broker.Input, former bool) *desk {
	d := &desk{name: source, source: source, input: input, of: e}
	if former || slices.ContainsFunc(e.desks, func(other *desk) bool { return other.name == source }) {
		e.serial++
		d.name += "#" + strconv.Itoa(e.serial)
	}
	e.byName[source] = d
	e.desks = append(e.desks, d)
	e.order(order{desk: d})
	return d
}

// retire ends the evaluator of a desk at which nobody sits, unless somebody has
// come meanwhile.
func (e *Evaluators) retire(d *desk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d.isAwaited() || !slices.Contains(e.desks, d) {
		return
	}
	e.desks = slices.DeleteFunc(e.desks, func(other *desk) bool { return other == d })
	if e.byName[d.source] == d {
		delete(e.byName, d.source)
	}
	e.order(order{desk: d, ends: true})
}

// order gives an order. The lock is held.
func (e *Evaluators) order(o order) {
	e.orders = append(e.orders, o)
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// take returns the orders so far.
func (e *Evaluators) take() []order {
	e.mu.Lock()
	defer e.mu.Unlock()
	taken := e.orders
	e.orders = nil
	return taken
}

// all orders every evaluator that there is to be.
func (e *Evaluators) all() (orders []order) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.orders = nil
	for _, d := range e.desks {
		orders = append(orders, order{desk: d})
	}
	return orders
}

// nursery is the parent of the evaluators. A goroutine of its own adds and
// removes them, one after the other.
type nursery struct{ of *Evaluators }

// Receive is the actor.
func (n nursery) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		supervisor.Go(ctx, "tend", n.of.tend)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, msg.Err)
	}
}

// tend carries out orders until ctx is done.
func (e *Evaluators) tend(ctx context.Context) error {
	for orders := e.all(); ; orders = e.take() {
		for _, o := range orders {
			if err := e.carryOut(ctx, o); err != nil && ctx.Err() == nil {
				return err
			}
		}
		select {
		case <-e.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

func (e *Evaluators) carryOut(ctx context.Context, o order) error {
	if o.ends {
		err := e.env.System.Remove(ctx, "/"+evaluatorsName+"/"+o.desk.name)
		if errors.Is(err, supervisor.ErrUnknown) {
			return nil
		}
		return err
	}
	_, err := e.env.System.Add(ctx, "/"+evaluatorsName, evaluatorSpec(e.env, o.desk))
	if err != nil && !errors.Is(err, supervisor.ErrExists) {
		return fmt.Errorf("start evaluator of %s: %w", o.desk.name, err)
	}
	return nil
}
