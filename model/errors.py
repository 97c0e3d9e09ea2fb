"""The errors that this project raises on purpose. Each is defined next to the code that raises it.

    GanAinmError
    ├── AbcError                a text without a single note
    ├── ArtifactError           no artifact, or one that cannot be used
    │   └── RebuildError        a rebuilt index that must not be published
    ├── BenchmarkError          results that cannot be read, combined or measured
    ├── BusyError               another process is working in the same folder
    ├── CheckpointError         weights that cannot be read or do not fit their config
    ├── ConversionError         a file of music that cannot be read
    ├── CurationError           corpora that hold too little to learn from
    ├── DeadlineError           work that was not done by its deadline
    │   └── CpuLimitError       work that took more CPU time than it may
    ├── DeviceError             a device that this machine does not have
    ├── DownloadError           a collection that could not be downloaded
    ├── EncoderError            an encoder that does not exist or cannot be built
    ├── FeedbackError           a file of feedback that cannot be used
    ├── FilterError             a filter that no setting of the catalogue matches
    ├── LeakError               encoders that were trained on what they are tested on
    ├── ListError               an exclusion or alias list that cannot be read
    ├── NamerError              a tune for which a service has no answer
    ├── PlanError               an ablation plan that cannot be run
    ├── Problem                 an HTTP error, sent as problem+json
    ├── ReaderError             a process that was reading tunes and has ended
    ├── RetitleError            a tunebook into which a title cannot be written
    ├── ServiceError            a service that gives no answers
    ├── SettingsError           an environment variable that is out of range
    ├── SplitError              titles that cannot be divided into train, validation and test
    ├── TitlingError            a file that was not replaced
    ├── TunebookError           a tunebook that cannot be read
    └── WorkerError             a worker process that cannot start

Catch GanAinmError to handle all of them.
"""


class GanAinmError(Exception):
    """The root of all errors that this project raises on purpose."""
