package kafka

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// cluster is franz-go's broker in this process. It tells clients its own
// address, so that the way through the relay is in the sink's dialer.
type cluster struct {
	*kfake.Cluster
	address string
	way     *atomic.Value // the address that is dialled in the place of any other
}

func (c *cluster) Address() string { return c.address }

func (c *cluster) Keys(address string) string {
	c.way.Store(address)
	return "brokers: " + c.address + "\ntopic: \"{stream}\"\ncreate: true\nsasl: scram-sha-256\nusername: edge\npassword: env:KAFKA_PASSWORD\nlinger: 5ms\nbatch: 50"
}

// Spoil makes a message that is larger than brokers take.
func (c *cluster) Spoil(row []tag.Value) { row[2] = tag.StringOf(strings.Repeat("x", 2_000_000)) }

func (c *cluster) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	consumer, err := kgo.NewClient(kgo.SeedBrokers(c.address), kgo.ConsumePartitions(c.whole()), kgo.FetchMaxWait(100*time.Millisecond),
		kgo.SASL(scram.Auth{User: "edge", Pass: "secret7"}.AsSha256Mechanism()))
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for held := c.held(); len(all) < held; {
		fetches := consumer.PollRecords(ctx, held-len(all))
		if err := fetches.Err0(); err != nil {
			t.Fatalf("of %d records, %d came: %v", held, len(all), err)
		}
		fetches.EachRecord(func(r *kgo.Record) { all = append(all, read(t, r)) })
	}
	return all
}

// whole is all that the topics of the suite have, as a consumer is told.
func (c *cluster) whole() map[string]map[int32]kgo.Offset {
	all := map[string]map[int32]kgo.Offset{}
	for _, topic := range topics() {
		if c.PartitionInfo(topic, 0) != nil {
			all[topic] = map[int32]kgo.Offset{0: kgo.NewOffset().AtStart()}
		}
	}
	return all
}

// held is how many records that are.
func (c *cluster) held() (n int) {
	for _, topic := range topics() {
		if p := c.PartitionInfo(topic, 0); p != nil {
			n += int(p.HighWatermark - p.LogStartOffset)
		}
	}
	return n
}

func topics() []string { return []string{"one", "two", "plant-7.gaps"} }

// read is a record of the suite.
func read(t *testing.T, r *kgo.Record) conformance.Record {
	t.Helper()
	id, err := tag.ParseIdentity(string(r.Headers[0].Value))
	if err != nil {
		t.Fatal(err)
	}
	var body struct {
		ID          string
		Temperature float64
		Humidity    *int
		Gap         *struct{ Count uint64 }
	}
	if err := json.Unmarshal(r.Value, &body); err != nil {
		t.Fatalf("%s: %v", r.Value, err)
	}
	one := conformance.Record{Stream: r.Topic, Sequence: id.Sequence, Temperature: body.Temperature}
	if body.Gap != nil {
		one.Gap = body.Gap.Count
		return one
	}
	if body.ID != id.String() || string(r.Key) != "plant-7/"+r.Topic {
		t.Errorf("key %s, header %s, body %s", r.Key, id, body.ID)
	}
	if body.Humidity != nil {
		one.Humidity = fmt.Sprint(*body.Humidity)
	}
	return one
}

func TestTheSinkConforms(t *testing.T) {
	t.Setenv("KAFKA_PASSWORD", "secret7")
	way := new(atomic.Value)
	sink := Sink{dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, way.Load().(string))
	}}
	conformance.Run(t, conformance.Subject{
		Sink: sink, Impatient: "timeout: 2s",
		Start: func(t *testing.T, _ int64) conformance.Far {
			c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.AllowAutoTopicCreation(), kfake.DefaultNumPartitions(1),
				kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "edge", "secret7"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Close)
			return &cluster{Cluster: c, address: c.ListenAddrs()[0], way: way}
		},
	})
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for keys, says := range map[string]string{
		"topic: t":                                  "brokers",
		"brokers: kafka\ntopic: t":                  "host:port",
		"brokers: h:9092\ntopic: t\nsasl: plain":    "username and password",
		"brokers: h:9092\ntopic: t\nusername: u":    "sasl",
		"brokers: h:9092\ntopic: t\ncompression: x": "snappy",
	} {
		if _, err := conformance.Parse(Sink{}, keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", keys, err)
		}
	}
}
