"""What monitoring is told: a closed list of metrics, and how Prometheus reads them."""

from pipeline.metrics.exposition import LibraryMissing as LibraryMissing
from pipeline.metrics.exposition import exposed as exposed
from pipeline.metrics.table import Metric as Metric
from pipeline.metrics.table import Sample as Sample
