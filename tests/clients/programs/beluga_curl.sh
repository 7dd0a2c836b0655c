# Submits, polls and saves a video of Beluga with curl: BASE_URL KEY FILE.
set -eu
base=$1 key=$2 file=$3

ask() {
    curl --silent --show-error --fail-with-body --max-time 10 --header "Authorization: Bearer $key" "$@"
}

text() {
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

task=$(ask "$base/v1/videos/generations" --header "Content-Type: application/json" --data '{
    "model": "veo-3-1",
    "prompt": "A flower opens in a meadow, one day in eight seconds",
    "duration": 8,
    "resolution": "4K"
}')
id=$(printf %s "$task" | text task_id)
while status=$(printf %s "$task" | text status) && [ "$status" = pending ] || [ "$status" = processing ]; do
    sleep 0.02
    task=$(ask "$base/v1/videos/tasks/$id")
done
if [ "$status" != completed ]; then
    printf "%s\n" "$task" >&2
    exit 1
fi
curl --silent --show-error --fail --max-time 10 --output "$file" "$(printf %s "$task" | text video_url)"
printf %s "$task" | sed 's/.*"duration_seconds": *\([0-9.]*\).*/\1/'
