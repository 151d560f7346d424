package mqttd

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/eclipse/paho.golang/packets"
)

// defects collects what the broker logs of its own failures.
type defects struct {
	mu   sync.Mutex
	said strings.Builder
}

func (d *defects) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.Write(p)
}

func wire(t interface{ Fatal(...any) }, all ...io.WriterTo) []byte {
	var out bytes.Buffer
	for _, p := range all {
		if _, err := p.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// FuzzConnection says anything to a broker, before and after a CONNECT that is
// in order: it may refuse, and must not fail.
func FuzzConnection(f *testing.F) {
	none := &packets.Properties{}
	f.Add(true, wire(f,
		&packets.Subscribe{PacketID: 1, Subscriptions: []packets.SubOptions{{Topic: "a/#", QoS: 2}, {Topic: "$share/g/+", QoS: 1}}, Properties: none},
		&packets.Publish{Topic: "a/b", QoS: 2, PacketID: 2, Payload: []byte("x"), Retain: true, Properties: none},
		&packets.Publish{Topic: "a/b", QoS: 1, PacketID: 3, Properties: none},
		&packets.Pubrel{PacketID: 2, Properties: none}, &packets.Puback{PacketID: 1, Properties: none},
		&packets.Pubrec{PacketID: 1, Properties: none}, &packets.Pubcomp{PacketID: 1, Properties: none},
		packets.NewControlPacket(packets.PINGREQ),
		&packets.Unsubscribe{PacketID: 4, Topics: []string{"a/#"}, Properties: none},
		packets.NewControlPacket(packets.DISCONNECT),
	))
	life := uint32(5)
	f.Add(false, wire(f, &packets.Connect{
		ProtocolName: "MQTT", ProtocolVersion: 5, ClientID: "c", WillFlag: true, WillTopic: "w", WillMessage: []byte("x"),
		WillProperties: &packets.Properties{WillDelayInterval: &life, ContentType: "c"}, Properties: &packets.Properties{SessionExpiryInterval: &life},
	}))
	f.Fuzz(func(t *testing.T, greeted bool, data []byte) {
		said := &defects{}
		b, err := Start(Config{Logger: slog.New(slog.NewTextHandler(said, nil)), MaxPacket: 1 << 16, MaxRetained: 10})
		if err != nil {
			t.Fatal(err)
		}
		rights := All()
		ours, theirs := net.Pipe()
		var all sync.WaitGroup
		all.Go(func() { b.serve(theirs, Listener{Anonymous: &rights}) })
		all.Go(func() { _, _ = io.Copy(io.Discard, ours) })
		if greeted {
			data = append(wire(t, &packets.Connect{ProtocolName: "MQTT", ProtocolVersion: 5, ClientID: "c", Properties: &packets.Properties{}}), data...)
		}
		_, _ = ours.Write(data)
		_ = ours.Close()
		all.Wait()
		if err := b.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(said.said.String(), "defect") {
			t.Fatal(said.said.String())
		}
	})
}
