package main

import (
	"strings"
	"testing"
)

const printed = `goos: linux
BenchmarkBroker/QoS0-1to1/holdfast-2         	       3	         0.7178 cpu-us/msg	   1480211 msg/s
BenchmarkBroker/QoS0-1to1/holdfast-2         	       3	         0.9 cpu-us/msg	   1000000 msg/s
BenchmarkBroker/QoS0-1to1/holdfast-2         	       3	         0.8 cpu-us/msg	   1.2e+06 msg/s
BenchmarkBroker/QoS0-1to1/mosquitto-2        	       3	         6.6 cpu-us/msg	    142000 msg/s
PASS
`

func TestThePageHasTheMediansOfWhatWasMeasured(t *testing.T) {
	m, err := parse([]byte(printed))
	if err != nil {
		t.Fatal(err)
	}
	want := "| QoS 0, 1 to 1 | 1200000/s | 142000/s | 0.80 µs | 6.60 µs |"
	if text := string(page(m)); !strings.Contains(text, want) {
		t.Errorf("%s\nwant %s", text, want)
	}
}

func TestAnOutputWithoutMeasurementsIsAnError(t *testing.T) {
	if _, err := parse([]byte("FAIL\n")); err == nil {
		t.Error("no error")
	}
}
