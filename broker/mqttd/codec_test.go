package mqttd

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"pgregory.net/rapid"
)

// encoded is a PUBLISH of another codec, without its fixed header.
func encoded(t interface{ Fatal(...any) }, p *packets.Publish) (flags byte, body []byte) {
	var out bytes.Buffer
	if _, err := p.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	all := out.Bytes()
	_, size := binaryInt(all[1:])
	return all[0] & 15, all[1+size:]
}

func FuzzDecodePublish(f *testing.F) {
	alias, life, format := uint16(3), uint32(9), byte(1)
	for _, p := range []*packets.Publish{
		{Topic: "a/b", Payload: []byte("x"), Properties: &packets.Properties{}},
		{Topic: "a", QoS: 1, PacketID: 7, Retain: true, Duplicate: true, Properties: &packets.Properties{
			TopicAlias: &alias, MessageExpiry: &life, PayloadFormat: &format, ContentType: "c", ResponseTopic: "r",
			CorrelationData: []byte{1}, User: []packets.User{{Key: "hops", Value: "2"}, {Key: "k", Value: "v"}},
		}},
	} {
		flags, body := encoded(f, p)
		f.Add(flags, body, byte(5))
		f.Add(flags, body, byte(4))
	}
	f.Fuzz(func(t *testing.T, flags byte, body []byte, version byte) {
		p, err := decodePublish(flags, body, version)
		if err != nil || p.qos > 0 && p.id == 0 || CheckTopic(string(p.topic)) != nil {
			return
		}
		// What is passed on can be read, by this codec and by another.
		it := &item{message: &message{topic: string(p.topic), payload: p.payload, properties: p.properties}, qos: p.qos, id: p.id, retain: p.retain}
		wire := appendPublish(nil, it, 5, time.Time{})
		if len(wire) != it.packetSize(5) {
			t.Fatalf("%d bytes, said to be %d", len(wire), it.packetSize(5))
		}
		_, size := binaryInt(wire[1:])
		again, err := decodePublish(wire[0]&15, wire[1+size:], 5)
		if err != nil || !bytes.Equal(again.payload, p.payload) || !bytes.Equal(again.properties, p.properties) || again.hops != p.hops {
			t.Fatalf("%+v became %+v, %v", p, again, err)
		}
		other, err := packets.ReadPacket(bytes.NewReader(wire))
		if err != nil {
			t.Fatalf("another codec: %v", err)
		}
		if m := other.Content.(*packets.Publish); m.Topic != string(p.topic) || !bytes.Equal(m.Payload, p.payload) || m.QoS != p.qos {
			t.Fatalf("another codec read %+v", m)
		}
	})
}

func TestAliasAndExpiryAreTakenOutOfThePropertiesAndTheRestIsPassedOn(t *testing.T) {
	alias, life := uint16(3), uint32(9)
	flags, body := encoded(t, &packets.Publish{Topic: "t", Properties: &packets.Properties{
		TopicAlias: &alias, MessageExpiry: &life, ContentType: "c", User: []packets.User{{Key: "hops", Value: "2"}},
	}})
	p, err := decodePublish(flags, body, 5)
	if err != nil || p.alias != 3 || p.expiry != 9*time.Second || p.hops != 2 {
		t.Fatalf("%+v, %v", p, err)
	}
	if want := "\x03\x00\x01c&\x00\x04hops\x00\x012"; string(p.properties) != want {
		t.Errorf("passed on: %q", p.properties)
	}
}

func TestAPublishThatIsMalformedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		flags byte
		body  string
	}{
		"QoS 3":               {6, "\x00\x01t\x00\x01\x00"},
		"no topic":            {0, "\x00"},
		"topic cut":           {0, "\x00\x05t"},
		"no identifier":       {2, "\x00\x01t\x00"},
		"identifier 0":        {2, "\x00\x01t\x00\x00\x00"},
		"no properties":       {0, "\x00\x01t"},
		"properties cut":      {0, "\x00\x01t\x05\x01"},
		"unknown property":    {0, "\x00\x01t\x02\x7f\x00"},
		"property of another": {0, "\x00\x01t\x02\x24\x01"},
		"alias 0":             {0, "\x00\x01t\x03\x23\x00\x00"},
		"expiry cut":          {0, "\x00\x01t\x02\x02\x00"},
		"user cut":            {0, "\x00\x01t\x04\x26\x00\x01k"},
		"length of 5 bytes":   {0, "\x00\x01t\xff\xff\xff\xff\x01"},
	} {
		if p, err := decodePublish(c.flags, []byte(c.body), 5); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestARecordGivesBackItsItem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z]{1,8}(/[a-z]{0,8}){0,3}`)
		m := &message{
			topic: text.Draw(t, "topic"), payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
			properties: rapid.SliceOf(rapid.Byte()).Draw(t, "properties"), hops: rapid.IntRange(0, 255).Draw(t, "hops"),
			qos: rapid.ByteRange(0, 2).Draw(t, "qos"), retain: rapid.Bool().Draw(t, "retain"),
			arrived: time.Unix(0, rapid.Int64Range(1, 1<<62).Draw(t, "arrived")),
		}
		if rapid.Bool().Draw(t, "expires") {
			m.expires = time.Unix(0, rapid.Int64Range(1, 1<<62).Draw(t, "at"))
		}
		it := &item{
			message: m, qos: m.qos, retain: m.retain, size: m.size(), stored: true,
			subscriptions: rapid.SliceOfN(rapid.IntRange(1, largestPacket), 0, 5).Draw(t, "subscriptions"),
		}
		got, err := decodeRecord(encodeRecord(it))
		if err != nil {
			t.Fatal(err)
		}
		same := got.message.topic == m.topic && bytes.Equal(got.message.payload, m.payload) &&
			bytes.Equal(got.message.properties, m.properties) && got.message.hops == m.hops &&
			got.message.arrived.Equal(m.arrived) && got.message.expires.Equal(m.expires)
		if !same || got.qos != it.qos || got.retain != it.retain || got.size != it.size ||
			len(it.subscriptions) > 0 && !reflect.DeepEqual(got.subscriptions, it.subscriptions) {
			t.Fatalf("%+v became %+v", it, got)
		}
	})
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(encodeRecord(&item{message: &message{topic: "t", payload: []byte("x"), arrived: time.Unix(1, 0)}, qos: 1, subscriptions: []int{1}}))
	f.Add(encodeRecord(&item{qos: 2, released: true}))
	f.Fuzz(func(t *testing.T, data []byte) {
		it, err := decodeRecord(data)
		if err != nil {
			return
		}
		if again, err := decodeRecord(encodeRecord(it)); err != nil || again.size != it.size {
			t.Fatalf("%+v became %+v, %v", it, again, err)
		}
	})
}

func TestARoutedMessageCostsFewAllocations(t *testing.T) {
	b := &Broker{retained: newRetained(1)}
	s := newSession(b, "c")
	s.out.limits = Limits{Messages: 10, Bytes: 1 << 20}
	s.conn = &connection{session: s}
	b.index.add(&subscription{filter: "t", receiver: s})
	r := b.routeOf("t")
	m := &message{topic: "t", payload: make([]byte, 100)}
	buf := make([]byte, 0, 1024)
	moment := time.Unix(1, 0)
	cost := testing.AllocsPerRun(100, func() {
		r.each(m, func(to target) { to.session.put(to.item(m)) })
		buf, _ = s.pull(s.conn, buf[:0], 1000, moment)
	})
	if cost > 1 {
		t.Errorf("%v allocations for each receiver, want the item alone", cost)
	}
}

func FuzzDecodeLists(f *testing.F) {
	id := 200
	for _, p := range []interface {
		WriteTo(w io.Writer) (int64, error)
	}{
		&packets.Subscribe{PacketID: 1, Properties: &packets.Properties{SubscriptionIdentifier: &id}, Subscriptions: []packets.SubOptions{
			{Topic: "a/#", QoS: 2, NoLocal: true, RetainAsPublished: true, RetainHandling: 2},
		}},
		&packets.Unsubscribe{PacketID: 1, Topics: []string{"a", "b"}, Properties: &packets.Properties{User: []packets.User{{Key: "k"}}}},
	} {
		f.Add(wire(f, p)[2:], byte(5))
	}
	f.Fuzz(func(t *testing.T, body []byte, version byte) {
		if w, err := decodeSubscribe(body, version); err == nil && (w.id == 0 || len(w.filters) == 0 || w.filters[0].qos > 2) {
			t.Fatalf("%+v", w)
		}
		if w, err := decodeUnsubscribe(body, version); err == nil && (w.id == 0 || len(w.filters) == 0) {
			t.Fatalf("%+v", w)
		}
	})
}

func TestASubscribeIsReadWithAllItsOptions(t *testing.T) {
	id := 200
	body := wire(t, &packets.Subscribe{PacketID: 7, Properties: &packets.Properties{SubscriptionIdentifier: &id}, Subscriptions: []packets.SubOptions{
		{Topic: "a/#", QoS: 2, NoLocal: true, RetainAsPublished: true, RetainHandling: 2}, {Topic: "b"},
	}})[2:]
	w, err := decodeSubscribe(body, 5)
	want := wishes{id: 7, subscription: 200, filters: []wish{
		{filter: "a/#", qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2}, {filter: "b"},
	}}
	if err != nil || !reflect.DeepEqual(w, want) {
		t.Errorf("%+v, %v", w, err)
	}
}

// The library's own decoder ends the process with this one.
func TestASubscribeThatEndsBehindItsFilterIsRefused(t *testing.T) {
	for _, body := range []string{"\x00\x01\x00\x00\x03a/b", "\x00\x01\x00", "\x00\x01", "\x00", "\x00\x00\x00\x00\x01a\x00", "\x00\x01\x00\x00\x01a\x03"} {
		if w, err := decodeSubscribe([]byte(body), 5); err == nil {
			t.Errorf("%q: %+v", body, w)
		}
	}
}
