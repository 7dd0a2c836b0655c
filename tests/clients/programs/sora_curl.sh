# Submits a form with a picture, polls, and saves a video of the Sora-compatible relay with curl:
# BASE_URL KEY FILE PICTURE.
set -eu
base=$1 key=$2 file=$3 picture=$4

ask() {
    curl --silent --show-error --fail-with-body --max-time 10 --header "Authorization: Bearer $key" "$@"
}

text() {
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

video=$(ask "$base/v1/videos" --form model=veo3.1 --form "prompt=A paper boat in the rain" --form seconds=8 \
    --form size=1280x720 --form "input_reference=@$picture;type=image/png")
id=$(printf %s "$video" | text id)
while status=$(printf %s "$video" | text status) && [ "$status" = queued ] || [ "$status" = in_progress ]; do
    sleep 0.02
    video=$(ask "$base/v1/videos/$id")
done
if [ "$status" != completed ]; then
    printf "%s\n" "$video" >&2
    exit 1
fi
ask --location --output "$file" "$base/v1/videos/$id/content"
