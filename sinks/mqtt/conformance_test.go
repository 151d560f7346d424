package mqtt

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

// brokerFar is a broker with an account, and a judge that has subscribed to all
// that the suite sends.
type brokerFar struct {
	version string
	port    string
	judge   *mosquittotest.Judge
}

func (f *brokerFar) Address() string { return net.JoinHostPort("127.0.0.1", f.port) }

func (f *brokerFar) Keys(address string) string {
	return "url: mqtt://" + address + "\nversion: " + f.version + "\ntopic: 'plants/{stream}/{note}'\ngap_topic: plants/gap" +
		"\nusername: " + mosquittotest.User + "\npassword: env:LINE_PASSWORD"
}

// Spoil makes a topic that is longer than MQTT counts.
func (f *brokerFar) Spoil(row []tag.Value) { row[2] = tag.StringOf(strings.Repeat("x", 70_000)) }

func (f *brokerFar) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "open sesame")
	return strings.Replace(f.Keys(address), "LINE_", "WRONG_", 1), "sesame"
}

func (f *brokerFar) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	for _, m := range f.judge.Settled() {
		var p struct {
			Temperature float64
			Humidity    json.Number
			ID          string
			Quality     struct{ Humidity string }
			Gap         struct {
				First string
				Count uint64
			}
		}
		if err := json.Unmarshal([]byte(m.Payload), &p); err != nil {
			t.Fatal(err)
		}
		one := conformance.Record{
			Stream: strings.Split(m.Topic, "/")[1], Temperature: p.Temperature, Humidity: p.Humidity.String(), Gap: p.Gap.Count,
		}
		one.Sequence = sequenceOf(t, p.ID+p.Gap.First)
		if one.Gap == 0 && (one.Humidity == "") != (p.Quality.Humidity == "BadTimeout") {
			t.Errorf("%s", m.Payload)
		}
		all = append(all, one)
	}
	return all
}

// sequenceOf is the last part of an identity.
func sequenceOf(t *testing.T, id string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(id[strings.LastIndexByte(id, '/')+1:], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mosquittoFar is Debian's mosquitto, which keeps what it has when it is
// restarted.
type mosquittoFar struct {
	brokerFar
	server *mosquittotest.Server
}

func (f *mosquittoFar) Restart(*testing.T) {
	f.judge.Settled() // what it has acknowledged and not printed yet would be lost with it
	f.judge.Down()
	f.server.Stop()
	f.server.Up()
	f.judge.Up()
}

func TestTheSinkConformsWithMosquittoInBothVersions(t *testing.T) {
	t.Setenv("LINE_PASSWORD", mosquittotest.Password)
	for _, version := range []string{version5, version311} {
		t.Run("MQTT "+version, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: New(), Impatient: "keep_alive: 1s",
				Start: func(t *testing.T, _ int64) conformance.Far {
					s := mosquittotest.Start(t)
					return &mosquittoFar{brokerFar{version, s.Port(), s.Judge("plants/#")}, s}
				},
			})
		})
	}
}

func TestTheSinkConformsWithTheNodesOwnBrokerInBothVersions(t *testing.T) {
	t.Setenv("LINE_PASSWORD", mosquittotest.Password)
	for _, version := range []string{version5, version311} {
		t.Run("MQTT "+version, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: New(), Impatient: "keep_alive: 1s",
				Start: func(t *testing.T, _ int64) conformance.Far {
					_, port := own(t, mqttd.Listener{})
					return &brokerFar{version, port, mosquittotest.NewJudge(t, port, "plants/#")}
				},
			})
		})
	}
}
