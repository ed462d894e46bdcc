"""Write samples as Prometheus reads them, by its own library, which only this part needs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.core.phones import mask_in
from pipeline.core.text import one_line
from pipeline.measures import COMMIT_BOUNDS_S, Spread, cumulated
from pipeline.metrics.table import Metric, Sample

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class LibraryMissing(Exception):
    """Say that prometheus-client is not installed: no metrics, and nothing else is the worse."""

    def __init__(self) -> None:
        super().__init__(
            "no metrics are written: prometheus-client is not installed; install koosend[metrics], "
            "or with pipx: pipx inject koosend prometheus-client"
        )


def exposed(samples: Iterable[Sample]) -> bytes:
    """Write the samples in the text format. Raises LibraryMissing.

    Nothing in a label can be a number, or break a line.
    """
    try:
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 -- optional
    except ImportError:
        raise LibraryMissing from None
    registry: CollectorRegistry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(tuple(samples)))
    return generate_latest(registry)


class _Collected:
    """Samples that were taken already."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples

    def describe(self) -> Iterable["Family"]:
        """Register without being asked for samples."""
        return ()

    def collect(self) -> Iterator["Family"]:
        """Yield a family for each metric that has a sample, in the order of the list."""
        for metric in Metric:
            mine = [sample for sample in self._samples if sample.metric is metric]
            if mine:
                yield _family(metric, mine)


def _family(metric: Metric, samples: Sequence[Sample]) -> "Family":
    from prometheus_client.core import (  # noqa: PLC0415 -- optional
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )

    if metric.kind == "histogram":
        spreads = HistogramMetricFamily(metric, metric.meaning, labels=metric.labels)
        for sample in samples:
            assert isinstance(sample.value, Spread)  # noqa: S101 -- whoever makes samples is ours
            spreads.add_metric(_shown(sample), _buckets(sample.value), sample.value.total_s)
        return spreads
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = make(metric, metric.meaning, labels=metric.labels)
    for sample in samples:
        assert not isinstance(sample.value, Spread)  # noqa: S101 -- as above
        family.add_metric(_shown(sample), sample.value)
    return family


def _shown(sample: Sample) -> list[str]:
    return [mask_in(one_line(label)) for label in sample.labels]


def _buckets(spread: Spread) -> list[tuple[str, float]]:
    bounds = [*(f"{bound:g}" for bound in COMMIT_BOUNDS_S), "+Inf"]
    return list(zip(bounds, map(float, cumulated(spread.counts)), strict=True))
