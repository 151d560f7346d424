package node

import (
	"slices"

	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
)

// reading is which columns of a stream its readers want.
type reading struct {
	columns []string
	all     bool
}

// readings is that by stream.
type readings map[string]*reading

// add notes what a query reads.
func (r readings) add(use streamsql.Use) {
	of, ok := r[use.Name]
	if !ok {
		of = &reading{}
		r[use.Name] = of
	}
	of.all = of.all || use.All
	for _, c := range use.Columns {
		if !slices.Contains(of.columns, c) {
			of.columns = append(of.columns, c)
		}
	}
}

// subscribed is a stream with what is read of it. Its Demand is that of the scene
// before, which hears of it when the scene is entered.
type subscribed struct {
	subscription.Config
	wanted subscription.Columns
}

// subscription is what a stream's actor is given. The history wants every
// column, and so do people, who look at a stream that nothing reads yet.
func (r readings) subscription(s *config.Stream) subscribed {
	wanted := subscription.Columns{All: true}
	if of, read := r[s.Name]; read {
		wanted = subscription.Columns{Names: of.columns, All: of.all || s.History}
	}
	c := subscribed{Config: subscription.Config{Stream: s, Demand: subscription.NewDemand(wanted)}, wanted: wanted}
	if s.MQTT.IsOwn() {
		c.Inlet = subscription.NewInlet(s)
	}
	return c
}
