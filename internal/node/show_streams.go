package node

import (
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/console"
)

// Streams lists the streams of the bus by name.
func (n *Node) Streams() []console.Stream {
	taken := map[string]subscribed{}
	for _, c := range n.plan().streams {
		taken[c.Stream.Name] = c
	}
	var list []console.Stream
	for _, s := range n.bus.Streams() {
		v := showStream(s)
		if c, ok := taken[s.Name()]; ok {
			n.showMessages(&v, c)
		}
		list = append(list, v)
	}
	return list
}

func showStream(s *broker.Stream) console.Stream {
	st := s.Stats()
	return console.Stream{
		Name: s.Name(), Logged: s.Logged(), Batches: st.Batches, Rows: st.Rows, Dropped: st.Dropped, Refused: st.Refused,
	}
}

// showMessages adds what a subscription has done.
func (n *Node) showMessages(v *console.Stream, c subscribed) {
	m := n.streams.of(v.Name)
	v.Path, v.Topic = "/subscriptions/"+v.Name, c.Stream.MQTT.Topic
	v.State, v.Detail = n.state(v.Path)
	v.Messages, v.Undecodable, v.Untaken, v.Unlisted = m.Messages.Load(), m.Refused.Load(), m.Untaken.Load(), m.Unlisted.Load()
	if err := m.LastRefusal(); err != nil {
		v.Refusal = err.Error()
	}
}

// Broker returns how the node's own MQTT broker is doing.
func (n *Node) Broker() console.Broker {
	state, _ := n.state("/broker/mqtt")
	v := console.Broker{State: state, Listening: []string{}}
	b := n.door.Broker()
	if b == nil {
		return v
	}
	for _, a := range b.Addresses() {
		v.Listening = append(v.Listening, a.String())
	}
	s := b.Stats()
	v.Clients, v.Sessions, v.Subscriptions, v.Retained, v.Waiting = s.Clients, s.Sessions, s.Subscriptions, s.Retained, s.Waiting
	v.Connections, v.Refused, v.Received, v.Sent, v.BytesIn, v.BytesOut = s.Connections, s.Refused, s.Received, s.Sent, s.BytesIn, s.BytesOut
	v.Denied, v.Dropped, v.DroppedByTaps, v.TooLarge = s.Denied, s.Dropped, s.DroppedByTaps, s.TooLarge
	v.Expired, v.Unretained, v.CommitFailures = s.Expired, s.Unretained, s.CommitFailures
	return v
}
