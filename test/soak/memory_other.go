//go:build !linux

package main

import "time"

// The memory and the processor time of this process, which are not known here.

func resident() int64              { return 0 }
func peakResident() int64          { return 0 }
func processorTime() time.Duration { return 0 }
